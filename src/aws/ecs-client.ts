import {
  ECSClient,
  type $Command as Command,
  type ECSClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-ecs";
import { AwsJson1_1Protocol } from "@aws-sdk/core/protocols";
import { clientSettings, type AwsConfig } from "./config.ts";
import { readAnswer } from "./ecs-answers.ts";

/** What calls of ECS are sent by. */
export interface EcsClient {
  send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: Command<Input, Output, ECSClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    options: { readonly abortSignal?: AbortSignal },
  ): Promise<OnWire<Output>>;
}

/** What the SDK's types have as a date is a number of seconds on the wire. */
export type OnWire<Value> = Value extends Date
  ? number
  : Value extends object
    ? { [Key in keyof Value]: OnWire<Value[Key]> }
    : Value;

/** The SDK's client, made when it is first used: it costs as much as several calls, and most commands ask one port. */
export function createEcsClient(config: AwsConfig): EcsClient {
  let made: ECSClient | undefined;
  const make = () => new ECSClient({ ...clientSettings(config, "ecs"), protocol: AnswersOnWire });
  const send = (...sent: Parameters<ECSClient["send"]>) => (made ??= make()).send(...sent);
  return { send: send as unknown as EcsClient["send"] };
}

/**
 * ECS's protocol, which leaves answers as they are on the wire: plain JSON
 * (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). The SDK's own reader copies each value by its
 * schema, which takes longer than all else that is done with an answer, and drops every field that its version does not
 * know: a user's raw fields would look changed when they are read back.
 */
class AnswersOnWire extends AwsJson1_1Protocol {
  override async deserializeResponse<Output extends ServiceOutputTypes>(
    ...[operation, context, response]: Parameters<AwsJson1_1Protocol["deserializeResponse"]>
  ): Promise<Output> {
    // The SDK knows what errors there are.
    if (this.isErrorResponse(response.statusCode)) return super.deserializeResponse(operation, context, response);
    const $metadata = this.deserializeMetadata(response);
    try {
      // answers.ts has read it to its end.
      const body = Buffer.from(response.body as Uint8Array).toString("utf8");
      return { ...readAnswer(operation.name, body), $metadata } as Output;
    } catch (error) {
      throw Object.assign(error as SyntaxError, { $metadata });
    }
  }
}
