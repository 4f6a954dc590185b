/** The exit codes of the command line. */
export const exitCodes = {
  success: 0,
  failed: 1,
  usage: 2,
  check: 3,
  capacity: 4,
  timeout: 5,
  credentials: 6,
  bug: 70,
  interrupted: 130,
} as const;

/** What each exit says, for the documentation. */
export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  success: "success",
  failed:
    "the operation failed; with `--wait`, some container failed (`--exit-code-from CONTAINER` passes its code through)",
  usage: "wrong usage or invalid input",
  check: "a check found problems (lint errors, drift, a device conflict, doctor, a saved plan that no longer holds)",
  capacity: "no capacity: not all could be placed, or AWS refused for quota or capacity",
  timeout: "timed out",
  credentials: "credentials, region or permission",
  bug: "a bug in aiplat (prints how to report it)",
  interrupted: "interrupted",
};

/** Every code of the Error document, with the exit that it leads to. */
export const errorCodes = {
  Usage: { exit: exitCodes.usage, meaning: "The command line is wrong, or a file that it names cannot be read" },
  InvalidInput: {
    exit: exitCodes.usage,
    meaning: "The input is wrong: `details.problems` has every problem, where aiplat found them itself",
  },
  NotFound: {
    exit: exitCodes.failed,
    meaning: "Something that was named is not there: a cluster, a service, a task, a definition, an image",
  },
  OperationFailed: { exit: exitCodes.failed, meaning: "What was to be done was not done, or not all of it" },
  AwsError: { exit: exitCodes.failed, meaning: "AWS refused a call; `details.awsCode` has AWS's own code" },
  Network: { exit: exitCodes.failed, meaning: "An endpoint could not be reached, or did not answer as AWS does" },
  CheckFailed: { exit: exitCodes.check, meaning: "A saved plan no longer holds" },
  NoCapacity: { exit: exitCodes.capacity, meaning: "Not all could be placed, or AWS refused for quota or capacity" },
  Timeout: { exit: exitCodes.timeout, meaning: "What was waited for did not happen in time; it may go on" },
  NoRegion: { exit: exitCodes.credentials, meaning: "No region is set, or the one that is does not exist" },
  NoCredentials: {
    exit: exitCodes.credentials,
    meaning: "No credentials were found, or AWS does not take those that were",
  },
  AccessDenied: { exit: exitCodes.credentials, meaning: "The credentials may not make the call" },
  Interrupted: { exit: exitCodes.interrupted, meaning: "Ctrl-C, or a signal" },
  Bug: { exit: exitCodes.bug, meaning: "A bug in aiplat" },
} as const;

export type ErrorCode = keyof typeof errorCodes;
