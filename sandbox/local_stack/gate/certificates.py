"""The certificates of the gates: a CA made for one stack, and one server certificate per Region.

A Region's certificate is for ``*.dsql.REGION.on.aws``, so any cluster made later is covered. The CA's
key exists in memory only while the certificates are signed: nobody can sign another one afterwards.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: Longer than any stack lives, and below what clients accept of a server certificate.
LIFETIME = timedelta(days=365)


def make(directory: Path, ca_file: Path, regions: Iterable[str]) -> None:
    """Writes ``ca_file`` and, per Region, ``REGION.pem`` (certificate and key) into ``directory``."""
    now = datetime.now(UTC)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "taskops sandbox CA")])
    ca = (
        _builder(ca_name, ca_name, ca_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for region in regions:
        wildcard = f"*.dsql.{region}.on.aws"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wildcard)])
        certificate = (
            _builder(name, ca_name, key.public_key(), now)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(wildcard)]), critical=False)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_private(directory / f"{region}.pem", certificate.public_bytes(serialization.Encoding.PEM) + private)
        # The fault database-certificate: the right name, vouched for by nobody but itself.
        own = (
            _builder(name, name, key.public_key(), now)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(wildcard)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        _write_private(directory / f"{region}-distrusted.pem", own.public_bytes(serialization.Encoding.PEM) + private)
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))


def server_context(directory: Path, region: str, *, distrusted: bool = False) -> ssl.SSLContext:
    """A context that leaves the name a client asked for on the SSL object, as ``server_name``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(directory / f"{region}{'-distrusted' if distrusted else ''}.pem")

    def remember(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.server_name = name  # type: ignore[attr-defined]

    context.sni_callback = remember
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
