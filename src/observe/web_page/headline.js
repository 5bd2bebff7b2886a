// The overall state in one figure and one sentence.

import { agoText, offsetText, spanText, UNKNOWN } from "./units.js";
import { gravityOf } from "./clocks.js";

const MOST_NAMES = 3;

function listText(names) {
  const shown = names.length > MOST_NAMES + 1 ? names.slice(0, MOST_NAMES) : names;
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} more`] : shown;
  return parts.length < 2 ? parts.join("")
    : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** Returns "a and b are outliers", or "" when there are none. */
function areText(clocks, one, many) {
  const names = clocks.map(({ name }) => name);
  return names.length === 0 ? "" : `${listText(names)} ${names.length === 1 ? one : many}`;
}

/** Returns clauses that say which clocks do not count. */
function exceptions(clocks) {
  const those = (...standings) => clocks.filter(({ standing }) => standings.includes(standing));
  return [
    areText(those("outlier"), "is an outlier", "are outliers"),
    areText(those("too fast"), "is too fast", "are too fast"),
    areText(those("jumped"), "has jumped", "have jumped"),
    areText(those("no majority", "trimmed", "not middle"), "is excluded", "are excluded"),
    areText(those("late"), "is late", "are late"),
    areText(those("newcomer"), "is new", "are new"),
    areText(those("lost"), "is lost", "are lost"),
  ].filter(Boolean);
}

function waitingText({ slaves, needed }) {
  if (slaves >= needed) {
    return "A new group; its first sync cycle waits for more slaves";
  }
  return slaves === 0 ? "No slave is connected; sync cycles wait for one"
    : `${slaves} of ${needed} slaves are connected; sync cycles wait for the rest`;
}

/** Returns the headline of an active master. */
function groupHeadline({ group, clocks, waiting, healthy, reason }) {
  const label = "Spread of the clocks that count";
  if (waiting || !group) {
    return { level: "attention", label, big: UNKNOWN,
      clauses: [waiting ? waitingText(waiting) : "The first sync cycle has not ended yet"] };
  }
  const clauses = exceptions(clocks);
  const wrong = clocks.some((clock) => gravityOf(clock) === "wrong");
  const big = spanText(group.spread_ns);
  const agree = `${group.counted} of ${group.clocks} clocks agree`;
  const level = !healthy ? "trouble" : wrong || clauses.length > 0 ? "attention" : "good";
  return { level, label, big,
    clauses: [`${agree} within ${big}`, ...clauses, ...(healthy ? [] : [reason])],
    // What a screen reader is to say: not every new figure.
    essence: [agree, ...clauses] };
}

/** Returns the headline of a clock that follows a master: a slave's, or a standby's. */
function followerHeadline({ role, synchronized, suspect, reason, holdover, master, bound_ns: bound, last_cycle_s: last,
  clocks }) {
  const label = "Bound of this clock";
  const whom = `the master at ${master?.address}`;
  if (suspect) {
    return { level: "attention", label, big: UNKNOWN, clauses: [reason] };
  }
  if (!synchronized) {
    return { level: "attention", label, big: UNKNOWN,
      clauses: [master ? `Follows ${whom}, which has not told it the time yet` : "Looks for a master"] };
  }
  const big = bound === null ? UNKNOWN : `± ${spanText(bound)}`;
  if (holdover || !master) {
    return { level: "attention", label, big,
      clauses: ["Holdover: the clock runs alone, and its bound grows",
        `last adjusted ${agoText(last)}`, ...(master ? [`follows ${whom}`] : ["looks for a master"])],
      essence: ["Holdover: the clock runs alone, and its bound grows"] };
  }
  const essence = [`${role === "standby" ? "Stands by and follows" : "Follows"} ${whom}`];
  return { level: "good", label, big, essence,
    clauses: [...essence, `last changed by ${offsetText(clocks[0]?.change_ns ?? null)}`] };
}

/** Returns { level, label, big, sentence, essence } for a status. */
export function headlineOf(status) {
  const headline = status.role === "active" ? groupHeadline(status) : followerHeadline(status);
  const { clauses, essence = clauses } = headline;
  return { ...headline, sentence: `${clauses.join("; ")}.`, essence: `${essence.join("; ")}.` };
}
