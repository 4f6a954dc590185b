/** What a launch template launches, as EC2's protocol has it and as the SDKs and CloudFormation name it. */
import type { LaunchedData } from "../model/group-records.ts";
import { Items } from "../wire/items.ts";
import { checkInput, list, struct, text, textOf } from "../wire/shape.ts";

/** Of what kind is what the sandbox reads of it. */
export const launchedShape = struct({
  ImageId: text,
  InstanceType: text,
  UserData: text,
  InstanceMarketOptions: struct({ MarketType: text }),
  NetworkInterfaces: list(struct({ Groups: list(text) })),
  TagSpecifications: list(struct({ ResourceType: text, Tags: list(struct({ Key: text, Value: text })) })),
});

/** The lists: what an item is called in a request, and the list in an answer. */
const lists: Readonly<Record<string, readonly [asked: string, answered: string]>> = {
  BlockDeviceMappings: ["BlockDeviceMapping", "blockDeviceMappingSet"],
  NetworkInterfaces: ["NetworkInterface", "networkInterfaceSet"],
  Groups: ["SecurityGroupId", "groupSet"],
  SecurityGroupIds: ["SecurityGroupId", "securityGroupIdSet"],
  SecurityGroups: ["SecurityGroup", "securityGroupSet"],
  TagSpecifications: ["TagSpecification", "tagSpecificationSet"],
  Tags: ["Tag", "tagSet"],
};

/** The form's members by the SDKs' names. @throws AwsError where one is of another kind. */
export function fromForm(form: Readonly<Record<string, unknown>>): LaunchedData {
  const data = named(form, "SecurityGroupIds") as LaunchedData;
  checkInput(launchedShape, data);
  return data;
}

/** @param securityGroups What `SecurityGroupId` is a list of here: an interface has `Groups`. */
function named(value: unknown, securityGroups: "SecurityGroupIds" | "Groups"): unknown {
  if (Array.isArray(value)) return value.map((each) => named(each, securityGroups));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([asked, member]) => {
      const name = asked === "SecurityGroupId" ? securityGroups : (nameOf.get(asked) ?? asked);
      return [name, named(member, name === "NetworkInterfaces" ? "Groups" : securityGroups)];
    }),
  );
}

const nameOf = new Map(Object.entries(lists).map(([name, [asked]]) => [asked, name]));

/** The data as an answer has it. */
export function toWire(data: unknown): object {
  return Object.fromEntries(
    Object.entries(data as object).map(([name, value]: [string, unknown]) => {
      const answered = Object.hasOwn(lists, name) ? lists[name]![1] : `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      // The one list whose items have a name of their own.
      if (name === "Groups" && Array.isArray(value))
        return [
          answered,
          new Items(
            "groupId",
            value.map((each) => textOf(each) ?? ""),
          ),
        ];
      return [answered, wireValue(value)];
    }),
  );
}

function wireValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireValue);
  return typeof value === "object" && value !== null ? toWire(value) : value;
}
