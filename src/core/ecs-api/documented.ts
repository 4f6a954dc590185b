import type { Field } from "./field.ts";

/** What the API's pages say of a structure, and its model does not. */
interface Documented {
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Field>>;
}

/** Names of definitions, containers and volumes: "Up to 255 letters, numbers, underscores, and hyphens are allowed." */
const name: Field = { pattern: "[A-Za-z0-9_-]{1,255}" };
const port: Field = { min: 0, max: 65_535 };

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html */
const capabilities: Field = {
  items: {
    words:
      `ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER
      KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP
      SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO
      SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM`.split(/\s+/),
  },
};

/**
 * By the structure's name, which is that of its page:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NAME.html
 */
export const documented: Readonly<Record<string, Documented>> = {
  RegisterTaskDefinitionRequest: {
    members: {
      family: name,
      // "Container list cannot be empty.", "Too many containers" (RegisterTaskDefinition)
      containerDefinitions: { min: 1, max: 10 },
      // `default` is Windows' own. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
      networkMode: { words: ["awsvpc", "bridge", "host", "none", "default"] },
      cpu: { pattern: String.raw`\s*\d*\.?\d+\s*(?:[vV][cC][pP][uU])?\s*` },
      memory: { pattern: String.raw`\s*\d*\.?\d+\s*(?:[gG][bB])?\s*` },
    },
  },
  ContainerDefinition: {
    // "Container.name should not be null or empty.", "Container.image should not be null or empty."
    // (RegisterTaskDefinition)
    required: ["name", "image"],
    members: {
      name,
      cpu: { min: 0 },
      // "The Docker 20.10.0 or later daemon reserves a minimum of 6 MiB of memory for a container."
      memory: { min: 6 },
      memoryReservation: { min: 6 },
      environmentFiles: { max: 10 },
      credentialSpecs: { max: 1 },
    },
  },
  // "Environment variable name cannot be null or blank." (RegisterTaskDefinition)
  KeyValuePair: { required: ["name"] },
  PortMapping: {
    members: {
      containerPort: port,
      hostPort: port,
      name: { pattern: "[a-z0-9_][a-z0-9_-]{0,63}" },
      containerPortRange: { pattern: String.raw`\d{1,5}-\d{1,5}` },
    },
  },
  HealthCheck: {
    members: {
      command: { min: 1 },
      interval: { min: 5, max: 300 },
      timeout: { min: 2, max: 60 },
      retries: { min: 1, max: 10 },
      startPeriod: { min: 0, max: 300 },
    },
  },
  KernelCapabilities: { members: { add: capabilities, drop: capabilities } },
  LinuxParameters: {
    members: { sharedMemorySize: { min: 0 }, maxSwap: { min: 0 }, swappiness: { min: 0, max: 100 } },
  },
  Tmpfs: { members: { size: { min: 1 } } },
  ContainerRestartPolicy: {
    members: { ignoredExitCodes: { max: 50 }, restartAttemptPeriod: { min: 60, max: 1_800 } },
  },
  MountPoint: { required: ["sourceVolume", "containerPath"] },
  VolumeFrom: { required: ["sourceContainer"] },
  SystemControl: {
    required: ["namespace", "value"],
    members: {
      namespace: {
        pattern: String.raw`net\..+|fs\.mqueue\..+|kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)`,
      },
    },
  },
  Volume: { required: ["name"], members: { name } },
  EFSVolumeConfiguration: { members: { transitEncryptionPort: { min: 1, max: 65_535 } } },
  EphemeralStorage: { members: { sizeInGiB: { min: 21, max: 200 } } },
  // "Do not use aws:, AWS:, or any upper or lowercase combination of such as a prefix for either keys or values"
  Tag: {
    required: ["key"],
    members: { key: { pattern: String.raw`(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*` } },
  },
};
