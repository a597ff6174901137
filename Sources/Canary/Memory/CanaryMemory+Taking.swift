import Basics

extension CanaryMemory {
    /// Takes in what a run saw, and says what it means together with the runs before it.
    ///
    /// An event of an earlier run closes that run's record and touches no outcome of this one.
    package mutating func take(
        _ traces: [CanaryTrace], by host: String, at now: Int64, _ policy: CanaryAlertPolicy?
    ) -> CanaryWatch {
        var watch = CanaryWatch(alertAfter: policy?.description)
        if now < writtenAt { watch.notes.append(.clockWentBack(ms: writtenAt - now)) }
        if host != self.host, !regions.isEmpty { watch.notes.append(.otherHost(name: self.host)) }
        for trace in traces {
            var region = regions[trace.region] ?? Region()
            watch.events += region.lookBack(trace, at: now)
            region.close(trace, at: now)
            let hasChanged = trace.counts && region.alert.take(trace.outcome, at: now, policy ?? .immediate)
            region.runs += 1
            if trace.outcome <= .slow { region.lastSuccess = now }
            regions[trace.region] = region
            watch.regions.append(
                CanaryWatch.Region(trace.region, region, verdict: region.alert.level, hasChanged: hasChanged))
        }
        (self.host, writtenAt) = (host, now)
        return watch
    }
}

extension CanaryMemory.Region {
    /// Closes what has come, gives up what is too old, and names what came twice.
    fileprivate mutating func lookBack(_ trace: CanaryTrace, at now: Int64) -> [CanaryWatch.Event] {
        var events: [CanaryWatch.Event] = []
        let rows = Dictionary((trace.past ?? []).map { ($0.task, $0) }) { first, _ in first }
        func note(_ kind: CanaryWatch.Event.Kind, _ task: String, _ pending: CanaryMemory.Pending?, _ row: CanaryPast.Row?) {
            events.append(
                CanaryWatch.Event(
                    kind: kind, region: trace.region, task: task, event: pending?.event, step: pending?.step,
                    sentAt: pending?.sentAt.iso8601,
                    afterMs: row?.processedAt.flatMap { at in pending.map { max(0, at - $0.sentAt) } }))
        }
        for index in closed.indices {
            guard let row = rows[closed[index].task] else { continue }
            if closed[index].ending == .lost {
                // Given up too soon: it was under way all the time.
                closed[index].ending = .late
                late += 1
                note(.late, row.task, nil, row)
            } else {
                duplicates += 1
                note(.duplicate, row.task, nil, row)
            }
        }
        var waiting: [CanaryMemory.Pending] = []
        for record in pending {
            let row = rows[record.task]
            if let row, record.step == .create || row.isCompleted {
                late += 1
                closed.append(.init(task: record.task, ending: .late, at: now))
                note(.late, record.task, record, row)
            } else if now - record.sentAt > CanaryMemory.lostAfter {
                lost += 1
                closed.append(.init(task: record.task, ending: .lost, at: now))
                note(.lost, record.task, record, nil)
            } else if record.step == .complete, row == nil, trace.past != nil, trace.isPastWhole {
                note(.untold, record.task, record, nil)
            } else {
                waiting.append(record)
            }
        }
        pending = waiting
        return events
    }

    /// Notes how this run's own task ended.
    fileprivate mutating func close(_ trace: CanaryTrace, at now: Int64) {
        if let unseen = trace.unseen, !(unseen.step == .create && trace.isRemoved) {
            pending = Array((pending + [unseen]).suffix(CanaryMemory.mostPending))
        } else if let task = trace.task, trace.isRemoved {
            closed.append(.init(task: task, ending: .seen, at: now))
        }
        closed = Array(closed.filter { now - $0.at <= CanaryMemory.closedFor }.suffix(CanaryMemory.mostClosed))
    }
}

extension Int64 {
    /// Milliseconds since 1970 as ISO 8601, to the second.
    package var iso8601: String { UTCTime(microsecondsSince1970: self * 1000).iso8601 }
}
