/** Which requests go through proxies: what options and environment come to. */
import { allOf, type ProxyMap } from './proxy-map.js';

export interface ProxyPlan {
  /** For http URLs, and for https ones; null = directly. */
  readonly http: ProxyMap | null;
  readonly https: ProxyMap | null;
  /** Hosts that are asked directly all the same, as `NO_PROXY` names them (no-proxy.ts). */
  readonly except: string;
}

/** All proxies of a plan, each once. */
export function proxiesOf(plan: ProxyPlan | null): readonly string[] {
  return [...new Set([plan?.http, plan?.https].flatMap((map) => allOf(map ?? {})))];
}
