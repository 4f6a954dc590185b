import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import type { QuotasPort } from "../ports.ts";
import { absentAs } from "./failure.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/** Service Quotas over the SDK. */
export function createQuotas(config: AwsConfig, signal: AbortSignal): QuotasPort {
  const client = new ServiceQuotasClient(clientSettings(config, "servicequotas"));
  const call = createCall(config, "servicequotas", signal);
  return {
    ec2Quota: async (QuotaCode) => {
      const which = { ServiceCode: "ec2", QuotaCode };
      const none = /^NoSuchResourceException$/;
      // "For some quotas, only the default values are available."
      // https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
      const applied = await absentAs(
        none,
        call("GetServiceQuota", (options) => client.send(new GetServiceQuotaCommand(which), options)),
      );
      if (applied?.Quota?.Value !== undefined) return applied.Quota.Value;
      const standard = await absentAs(
        none,
        call("GetAWSDefaultServiceQuota", (options) =>
          client.send(new GetAWSDefaultServiceQuotaCommand(which), options),
        ),
      );
      return standard?.Quota?.Value;
    },
  };
}
