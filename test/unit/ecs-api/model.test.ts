import type * as sdk from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import facts from "../../../facts/ecs-api-model.json" with { type: "json" };
import { fields, type Of, type Schema } from "../../../src/core/ecs-api/field.ts";
import { kindOf, memberOf, presentOf } from "../../../src/core/ecs-api/field-kind.ts";
import * as capacityProvider from "../../../src/core/ecs-api/model/capacity-provider.ts";
import * as cluster from "../../../src/core/ecs-api/model/cluster.ts";
import * as common from "../../../src/core/ecs-api/model/common.ts";
import * as describedService from "../../../src/core/ecs-api/model/described-service.ts";
import * as requests from "../../../src/core/ecs-api/model/requests.ts";
import * as serviceModel from "../../../src/core/ecs-api/model/service.ts";
import * as taskModel from "../../../src/core/ecs-api/model/task.ts";
import * as definitionModel from "../../../src/core/ecs-api/model/task-definition.ts";
import { createService, service, updateService } from "../../../src/core/ecs-api/schema/service.ts";
import { runTaskRequest, task } from "../../../src/core/ecs-api/schema/task.ts";
import { registeredTaskDefinition, taskDefinition } from "../../../src/core/ecs-api/schema/task-definition.ts";
import { services } from "../../../src/sandbox/wire/services.ts";

const schemas = new Map<string, Schema>(
  [capacityProvider, cluster, common, describedService, requests, serviceModel, taskModel, definitionModel].flatMap(
    (module) => Object.entries(module),
  ),
);

/** The members that the SDK's types have and a schema does not: none, or the compiler complains. */
type Lacking<Known, Part extends Schema> = Exclude<keyof Known, keyof Of<Part>>;

describe("the model of ECS's API", () => {
  it("has every field of the SDK's types", () => {
    const lacking: readonly (
      | Lacking<sdk.RegisterTaskDefinitionRequest, typeof definitionModel.registerTaskDefinitionRequest>
      | Lacking<sdk.ContainerDefinition, typeof definitionModel.containerDefinition>
      | Lacking<sdk.LinuxParameters, typeof definitionModel.linuxParameters>
      | Lacking<sdk.Volume, typeof definitionModel.volume>
      | Lacking<sdk.ResourceRequirement, typeof common.resourceRequirement>
      | Lacking<sdk.CreateServiceRequest, typeof serviceModel.createServiceRequest>
      | Lacking<sdk.UpdateServiceRequest, typeof serviceModel.updateServiceRequest>
      | Lacking<sdk.DeploymentConfiguration, typeof serviceModel.deploymentConfiguration>
      | Lacking<sdk.Service, typeof describedService.service>
      | Lacking<sdk.RunTaskRequest, typeof taskModel.runTaskRequest>
      | Lacking<sdk.Task, typeof taskModel.task>
    )[] = [];
    expect(lacking).toEqual([]);
  });

  it("is what the facts say, shape by shape", () => {
    const shapes = Object.entries(facts.shapes) as [
      string,
      { members?: object; required?: string[]; values?: string[] },
    ][];
    for (const [name, { members, required = [], values }] of shapes) {
      const schema = schemas.get(name[0]!.toLowerCase() + name.slice(1))!;
      const found = kindOf(schema);
      if (members !== undefined) {
        expect([name, found.kind === "object" && Object.keys(found.members)]).toEqual([name, Object.keys(members)]);
        expect(fields.get(schema)).toMatchObject({ structure: name });
        expect(fields.get(schema)!.required ?? []).toEqual(required);
      }
      expect(fields.get(schema)?.words).toEqual(values);
    }
    expect(schemas.size).toBe(shapes.length);
  });

  it("knows what is newer than botocore's", () => {
    expect(fields.get(common.resourceType)?.words).toContain("NeuronDevice");
    expect(fields.get(common.sharingStrategy)).toMatchObject({ union: true });
    expect(memberOf(taskModel.container, "neuronDeviceIds")).toBeDefined();
    expect(memberOf(serviceModel.deploymentConfiguration, "earlySuccessCriteria")).toBeDefined();
  });

  it("has no field of aiplat's own schemas beside it", () => {
    const beside = (schema: Schema, model: Schema, path: string): readonly string[] => {
      const known = kindOf(model);
      // What a single value may be is aiplat's to say: it runs no launch type but EC2.
      if (known.kind !== "object" && !("item" in known)) return [];
      const own = kindOf(schema);
      if ("item" in own && "item" in known) return beside(own.item, known.item, `${path}[]`);
      if (own.kind !== "object" || known.kind !== "object") return own.kind === known.kind ? [] : [path];
      return Object.entries(own.members).flatMap(([key, member]) => {
        const inModel = memberOf(model, key);
        return inModel === undefined ? [`${path}.${key}`] : beside(presentOf(member), inModel, `${path}.${key}`);
      });
    };
    expect([
      ...beside(taskDefinition, definitionModel.registerTaskDefinitionRequest, "definition"),
      // DescribeTaskDefinition answers the tags beside the definition.
      ...beside(registeredTaskDefinition, definitionModel.taskDefinition, "registered"),
      ...beside(task, taskModel.task, "task"),
      ...beside(runTaskRequest, taskModel.runTaskRequest, "run"),
      ...beside(createService, serviceModel.createServiceRequest, "create"),
      ...beside(updateService, serviceModel.updateServiceRequest, "update"),
      ...beside(service, describedService.service, "service"),
    ]).toEqual(["registered.tags"]);
  });

  it("has the input of every operation that the sandbox plays", () => {
    const { operations } = services.find(({ name }) => name === "ecs")!;
    const other = Object.entries(operations).filter(
      ([name, { input }]) => input !== schemas.get(`${name[0]!.toLowerCase()}${name.slice(1)}Request`),
    );
    expect(other.map(([name]) => name)).toEqual([]);
  });
});
