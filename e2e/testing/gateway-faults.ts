import type { Gateway } from './gateway.ts';

/** What befalls one gateway while owners are revoked. */
export interface GatewayFault {
  begin(victim: Gateway): Promise<void> | void;
  end(victim: Gateway): Promise<void> | void;
}

const nothing: GatewayFault = { begin: () => undefined, end: () => undefined };

/** A long pause of the process: its sockets still take what is sent to them. */
const paused: GatewayFault = {
  begin: (victim) => victim.pause(),
  end: (victim) => victim.resume(),
};

/** A partition that loses nothing: all of it arrives late. */
const heldBack: GatewayFault = {
  begin: (victim) => victim.network((proxy) => proxy.hold()),
  end: (victim) => victim.network((proxy) => proxy.heal()),
};

/** A partition of one direction: the database does what it is asked, and the gateway does not learn it. */
const deaf: GatewayFault = {
  begin: (victim) => victim.network((proxy) => proxy.holdAnswers()),
  end: (victim) => victim.network((proxy) => proxy.heal()),
};

/** A partition that everybody is told of. */
const cutOff: GatewayFault = {
  begin: (victim) => victim.network((proxy) => proxy.cut()),
  end: (victim) => victim.network((proxy) => proxy.heal()),
};

/** A crash, also of the gateway that is asked to revoke, and a start. */
const killed: GatewayFault = {
  begin: (victim) => victim.kill(),
  end: (victim) => victim.startAgain(),
};

export const FAULTS = { nothing, paused, heldBack, deaf, cutOff, killed };

export type FaultName = keyof typeof FAULTS;
