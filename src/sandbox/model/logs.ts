/** CloudWatch Logs as far as containers write to it. */
export interface SandboxLogLine {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
}

export interface LogStreamRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly lines: SandboxLogLine[];
}

export interface LogGroupRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  /** Its events are kept for ever where it has none. */
  retentionInDays: number | undefined;
  readonly streams: Map<string, LogStreamRecord>;
}

/** The log groups of the account by name. */
export class Logs {
  readonly groups = new Map<string, LogGroupRecord>();

  createGroup(name: string, now: number, tags: Readonly<Record<string, string>> = {}): LogGroupRecord {
    const group: LogGroupRecord = {
      name,
      createdAt: now,
      tags: new Map(Object.entries(tags)),
      retentionInDays: undefined,
      streams: new Map(),
    };
    this.groups.set(name, group);
    return group;
  }

  write(groupName: string, streamName: string, messages: readonly string[], now: number): void {
    const group = this.groups.get(groupName) ?? this.createGroup(groupName, now);
    let stream = group.streams.get(streamName);
    if (stream === undefined) {
      stream = { name: streamName, createdAt: now, lines: [] };
      group.streams.set(streamName, stream);
    }
    for (const message of messages) stream.lines.push({ timestamp: now, message, ingestionTime: now });
  }
}
