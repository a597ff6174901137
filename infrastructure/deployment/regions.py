"""Which Regions can be peered, and which of them can be the witness."""

from __future__ import annotations

from .problem import Problem

# Peers and witness lie inside one of these sets (Aurora DSQL user guide, multi-Region clusters).
REGION_SETS: dict[str, tuple[str, ...]] = {
    "US": ("us-east-1", "us-east-2", "us-west-2"),
    "Asia Pacific": ("ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
    "Europe": ("eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"),
}
# Multi-Region clusters reached these on 31 July 2026; which set each belongs to is not confirmed, so they are
# warned about and left to AWS.
UNCONFIRMED = ("eu-north-1", "eu-south-2", "ap-south-1", "ap-southeast-1")


def check_regions(regions: list[str], witness: str) -> list[str]:
    """Raises a Problem when the three cannot form a cluster; answers with warnings."""
    if len(regions) != 2 or regions[0] == regions[1]:
        raise Problem(
            f"a cluster is peered across exactly two Regions, not {', '.join(regions) or 'none'}",
            "name two different ones, for example --regions us-east-1 us-west-2",
        )
    if witness in regions:
        raise Problem(
            f"the witness Region {witness} is also one of the peers",
            f"choose a third one with --witness: {_thirds(regions)}",
        )
    known = {region: name for name, members in REGION_SETS.items() for region in members}
    for region in [*regions, witness]:
        if region not in known and region not in UNCONFIRMED:
            every = "; ".join(f"{name}: {', '.join(members)}" for name, members in REGION_SETS.items())
            raise Problem(f"{region} is in no Region set of Aurora DSQL", f"choose from one set ({every})")
    sets = {known[region] for region in [*regions, witness] if region in known}
    if len(sets) > 1:
        raise Problem(
            f"{', '.join(regions)} and the witness {witness} lie in different Region sets ({', '.join(sorted(sets))})",
            f"keep all three in one set, for example --regions us-east-1 us-west-2 --witness {_thirds(regions)}",
        )
    return [
        f"multi-Region clusters in {region} are new, and its Region set is not confirmed: AWS may refuse it"
        for region in [*regions, witness]
        if region in UNCONFIRMED
    ]


def _thirds(regions: list[str]) -> str:
    for members in REGION_SETS.values():
        if set(regions) <= set(members):
            return ", ".join(region for region in members if region not in regions)
    return "us-east-2"
