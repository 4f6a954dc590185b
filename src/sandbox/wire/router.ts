import type { World } from "../model/world.ts";
import { AwsError } from "./aws-error.ts";
import { readJson, readTarget, writeJson, writeJsonError, type WireAnswer } from "./aws-json.ts";
import { signedScope } from "./caller.ts";
import { createDropper, createThrottle, type Faults } from "./faults.ts";
import { readAction, readQuery, writeQuery, writeQueryError } from "./query.ts";
import type { WireService } from "./services.ts";
import { checkInput } from "./shape.ts";

/** What a request says, however it came. */
export interface WireRequest {
  readonly target: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** What happened, for those who watch. */
export interface Handled {
  readonly service?: string;
  readonly operation?: string;
  readonly answer: WireAnswer;
  readonly requestId: string;
  /** Whether the answer is lost on its way. */
  readonly dropped: boolean;
}

/** Answers requests over a world. It never throws: whatever is wrong is an answer of AWS's shape. */
export function createRouter(world: World, faults: Faults, now: () => number): (request: WireRequest) => Handled {
  const throttle = faults.throttle ? createThrottle(now) : () => undefined;
  const drops = createDropper(faults.drop);
  return (request) => {
    const requestId = world.uuid();
    const isQuery = request.target === undefined;
    let found: { readonly service: WireService; readonly operation: string } | undefined;
    let answer: WireAnswer;
    try {
      const parameters = isQuery ? new URLSearchParams(request.body) : undefined;
      found = parameters === undefined ? readTarget(request.target!) : readAction(parameters);
      const { service, operation: name } = found;
      const operation = service.operations[name]!;
      throttle(operation.bucket);
      const input = parameters === undefined ? readJson(request.body) : readQuery(parameters);
      checkInput(operation.input, input);
      world.settle();
      const output = operation.run(input as never, {
        world,
        region: signedScope(request.authorization)?.region ?? world.region,
        requestId,
      });
      // What is due at once, such as a service's first look, happens before the next request reads.
      answer = isQuery ? writeQuery(service, name, output, requestId) : writeJson(output);
    } catch (error) {
      const known =
        error instanceof AwsError
          ? error
          : new AwsError(isQuery ? "InternalFailure" : "ServerException", `a bug in the sandbox: ${String(error)}`, {
              status: 500,
            });
      answer = isQuery ? writeQueryError(known, requestId, found?.service) : writeJsonError(known);
    }
    const dropped = found !== undefined && answer.status < 300 && drops(found.operation);
    return {
      ...(found === undefined ? {} : { service: found.service.name, operation: found.operation }),
      answer,
      requestId,
      dropped,
    };
  };
}
