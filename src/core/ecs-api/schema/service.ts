/**
 * A described service stays as it came over the wire, so that fields newer than aiplat stay in it; only its times
 * become milliseconds since the epoch.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
 */
import * as z from "zod/mini";
import { flag, instant, integer, type Of, text } from "../field.ts";
import * as described from "../model/described-service.ts";
import * as model from "../model/service.ts";
import {
  capacityProviderStrategy,
  networkConfiguration,
  placementConstraints,
  placementStrategy,
  readableConstraints,
  tags,
  word,
} from "./common.ts";

const deploymentConfiguration = z.extend(model.deploymentConfiguration, {
  deploymentCircuitBreaker: z.exactOptional(z.extend(model.deploymentCircuitBreaker, { enable: flag, rollback: flag })),
});

export interface DeploymentConfiguration extends Of<typeof deploymentConfiguration> {
  readonly [raw: string]: unknown;
}

/** What creating and updating a service have in common, where aiplat asks for more than the API. */
const settings = {
  cluster: word,
  capacityProviderStrategy: z.exactOptional(capacityProviderStrategy),
  deploymentConfiguration: z.exactOptional(deploymentConfiguration),
  placementConstraints: z.exactOptional(readableConstraints),
  placementStrategy: z.exactOptional(placementStrategy),
  networkConfiguration: z.exactOptional(networkConfiguration),
};

/** The input of CreateService. */
export const createService = z.extend(model.createServiceRequest, {
  ...settings,
  serviceName: word,
  taskDefinition: word,
  tags: z.exactOptional(tags),
});

/**
 * What CreateService takes; a subset of it is what UpdateService takes. An update can leave `desiredCount` alone, a
 * DAEMON has none.
 */
export interface ServiceInput extends Of<typeof createService> {
  readonly deploymentConfiguration?: DeploymentConfiguration;
  readonly [raw: string]: unknown;
}

/** The input of UpdateService. */
export const updateService = z.extend(model.updateServiceRequest, { ...settings, service: word });

export interface ServiceUpdate extends Of<typeof updateService> {
  readonly [raw: string]: unknown;
}

const serviceEvent = z.extend(described.serviceEvent, { id: text, createdAt: instant, message: text });

export interface ServiceEvent extends Of<typeof serviceEvent> {}

/** PRIMARY is the newest; ACTIVE ones are being replaced. */
const deployment = z.extend(described.deployment, {
  id: text,
  status: text,
  taskDefinition: text,
  desiredCount: integer,
  pendingCount: integer,
  runningCount: integer,
});

export interface Deployment extends Of<typeof deployment> {
  readonly [raw: string]: unknown;
}

/** A service as DescribeServices, CreateService and UpdateService answer it. */
export const service = z.extend(described.service, {
  serviceArn: text,
  serviceName: text,
  status: text,
  desiredCount: integer,
  runningCount: integer,
  pendingCount: integer,
  taskDefinition: text,
  deployments: z.array(deployment),
  events: z.array(serviceEvent),
  deploymentConfiguration: z.exactOptional(deploymentConfiguration),
  capacityProviderStrategy: z.exactOptional(capacityProviderStrategy),
  placementConstraints: z.exactOptional(placementConstraints),
  tags: z.exactOptional(tags),
});

export interface Service extends Of<typeof service> {
  readonly deployments: readonly Deployment[];
  readonly deploymentConfiguration?: DeploymentConfiguration;
  readonly [raw: string]: unknown;
}
