/**
 * What a failure says of the link that led to it: the one table of what is called broken. Broken is what stays so for
 * whoever follows the link; what may have been the moment, our limits or our way to the site is never called so.
 */
import type { Connection } from '../database/connection.js';
import type { FailureCode } from '../protocol/failure.js';

/**
 * `broken`: the link leads nowhere. `no-access`: there is something, for others than us. `unchecked`: nobody can say;
 * another try may.
 */
export type Verdict = 'broken' | 'no-access' | 'unchecked';

/** By failure code; `status` is decided by the status itself. */
export const CODE_VERDICTS: Readonly<Record<Exclude<FailureCode, 'status'>, Verdict>> = {
  // There is no such name. A name server that did not answer is no proof: see TEMPORARY_DNS.
  dns: 'broken',
  // In a circle, or to nothing that could be asked for. One beyond a limit lower than browsers have: see `verdictOf`.
  redirect: 'broken',
  connect: 'unchecked',
  proxy: 'unchecked',
  tls: 'unchecked',
  timeout: 'unchecked',
  reset: 'unchecked',
  protocol: 'unchecked',
  'too-large': 'unchecked',
  decode: 'unchecked',
  host: 'unchecked',
  validation: 'unchecked',
  executor: 'unchecked',
  'worker-lost': 'unchecked',
};

/** Statuses that are not broken; all others from 400 on are. */
export const STATUS_VERDICTS: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  // Credentials, payment, permission, a proxy's password, a court's order.
  ...[401, 402, 403, 407, 451].map((status) => [status, 'no-access'] as const),
  // Time-outs under other names, too early, our rate.
  ...[408, 425, 429].map((status) => [status, 'unchecked'] as const),
  // A gateway without its server, an overload, a time-out; a network that wants a login; what a large proxy sends for
  // an origin that is down or slow.
  ...[502, 503, 504, 511, 520, 521, 522, 523, 524, 525, 526, 527, 530].map(
    (status) => [status, 'unchecked'] as const,
  ),
]);

/** How messages of the resolver name trouble that is not "no such name". */
const TEMPORARY_DNS = /EAI_AGAIN|EAI_FAIL|ESERVFAIL|EREFUSED|ETIMEOUT|ECONNREFUSED/;

/** As many redirects in a row as browsers follow (Chromium, Firefox). */
const BROWSERS_FOLLOW = 20;

export interface FailedUrl {
  readonly code: string;
  readonly httpStatus: number | null;
  readonly detail: string | null;
  /** All messages of `dns` failures at its host are of no temporary kind. */
  readonly isNameKnownMissing: boolean;
}

/** Pure. A code of a later version is `unchecked`. */
export function verdictOf({ code, httpStatus, detail, isNameKnownMissing }: FailedUrl): Verdict {
  if (code === 'status') {
    const status = httpStatus ?? 0;
    return STATUS_VERDICTS.get(status) ?? (status >= 400 ? 'broken' : 'unchecked');
  }
  if (code === 'dns' && !isNameKnownMissing) return 'unchecked';
  if (
    code === 'redirect' &&
    Number(/^more than (\d+) /.exec(detail ?? '')?.[1] ?? Infinity) < BROWSERS_FOLLOW
  )
    return 'unchecked';
  return (CODE_VERDICTS as Readonly<Record<string, Verdict | undefined>>)[code] ?? 'unchecked';
}

/**
 * Failed pages with one verdict, as the SQL of a query over `urls u LEFT JOIN records r`; needs `teachVerdicts`. Names of
 * a host are judged together: of one that was given up most URLs say no more than that.
 */
export function failedWith(verdict: Verdict): string {
  return `u.state = 'failed' AND u.kind IN ('page', 'task')
      AND verdict(u.error, r.http_status, u.error_detail, u.host_id NOT IN
            (SELECT host_id FROM urls WHERE state = 'failed' AND error = 'dns' AND is_temporary_dns(error_detail))
          ) = '${verdict}'`;
}

/** Makes the functions known to a connection that `failedWith` uses. */
export function teachVerdicts(connection: Connection): void {
  const options = { deterministic: true, directOnly: true } as const;
  connection.function('is_temporary_dns', options, (detail: string | null) =>
    TEMPORARY_DNS.test(detail ?? '') ? 1 : 0,
  );
  connection.function(
    'verdict',
    options,
    (code: string, httpStatus: number | null, detail: string | null, isMissing: number) =>
      verdictOf({ code, httpStatus, detail, isNameKnownMissing: isMissing === 1 }),
  );
}
