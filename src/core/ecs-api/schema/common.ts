/** What several parts of the API have in them. */
import * as z from "zod/mini";
import { Refusal } from "../../base/problem.ts";
import { type Of, text } from "../field.ts";
import * as model from "../model/common.ts";
import { parseExpression } from "../query/parse.ts";

/** A text that says something. */
export const word = text.check(z.minLength(1));

const tag = z.extend(model.tag, { key: text, value: text });
export const tags = z.array(tag);

export interface Tag extends Of<typeof tag> {}

const placementConstraint = z.extend(model.placementConstraint, { type: text });
export const placementConstraints = z.array(placementConstraint);

/** Constraints of aiplat's own requests: their expressions can be read. What ECS describes may hold others. */
export const readableConstraints = z.array(
  z.extend(placementConstraint, {
    expression: z.exactOptional(text.check(z.refine(isExpression, "is no expression of the cluster query language"))),
  }),
);

export interface PlacementConstraint extends Of<typeof placementConstraint> {}

function isExpression(expression: string): boolean {
  try {
    parseExpression(expression, []);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

export const networkConfiguration = z.extend(model.networkConfiguration, {
  awsvpcConfiguration: z.extend(model.awsVpcConfiguration, {
    subnets: z.array(text),
    assignPublicIp: z.exactOptional(z.enum(["ENABLED", "DISABLED"])),
  }),
});

export interface NetworkConfiguration extends Of<typeof networkConfiguration> {}

const capacityProviderStrategyItem = z.extend(model.capacityProviderStrategyItem, { capacityProvider: text });
export const capacityProviderStrategy = z.array(capacityProviderStrategyItem);

export interface CapacityProviderStrategyItem extends Of<typeof capacityProviderStrategyItem> {}

/** An environment variable: without a value it is empty. */
export const nameValue = z.extend(model.keyValuePair, { name: text });

export interface NameValue extends Of<typeof nameValue> {}

export const resourceRequirement = z.extend(model.resourceRequirement, { type: text });

export interface ResourceRequirement extends Of<typeof resourceRequirement> {}

const placementStrategyItem = z.extend(model.placementStrategy, { type: text });
export const placementStrategy = z.array(placementStrategyItem);

export interface PlacementStrategyItem extends Of<typeof placementStrategyItem> {}
