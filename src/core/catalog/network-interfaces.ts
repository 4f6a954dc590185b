import type { InstanceType } from "./instance-types/instance-type.ts";

/** One network interface of a machine; `efa-only` carries no IP traffic and takes no address of the subnet. */
export interface MachineInterface {
  readonly networkCardIndex: number;
  readonly deviceIndex: number;
  readonly interfaceType: "interface" | "efa-only";
}

/**
 * The interfaces of a machine with every EFA interface of its type: an ordinary one first, which EFA-only interfaces
 * cannot be, then one EFA-only interface a network card, as device 1 beside the first and as device 0 elsewhere
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html). Where one card has no EFA (p6-b300: 16
 * interfaces on 17 cards), it is card 0.
 */
export function efaLayout(
  { networkCards }: Pick<InstanceType, "networkCards">,
  efaInterfaces: number,
): readonly MachineInterface[] {
  const first = Math.max(0, networkCards - efaInterfaces);
  const cards = Array.from({ length: efaInterfaces }, (_, index) => first + index);
  return [
    { networkCardIndex: 0, deviceIndex: 0, interfaceType: "interface" },
    ...cards.map((card): MachineInterface => ({
      networkCardIndex: card,
      deviceIndex: card === 0 ? 1 : 0,
      interfaceType: "efa-only",
    })),
  ];
}
