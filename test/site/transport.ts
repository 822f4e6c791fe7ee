/**
 * Transport: servers that stall, drip, break off, lie about lengths or do not speak HTTP. One host a case,
 * so that none spoils another's connections or its host's health. Rules are RFC 9112 (HTTP/1.1) unless
 * another is named; limits are those of the crawl: `--timeout`, `--max-body`, 64 KiB of headers.
 */
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { done, failed, failedTwice, PLAIN, PLAIN_TITLE } from './case.js';
import type { Case, End, Part } from './case.js';
import { ELSEWHERE, EXPIRED, KEY, SELF_SIGNED, VALID } from './certificates.js';
import type { Network, RawAnswer } from './network.js';

/** What a server does with a request for the case's page; a text is sent, and the connection kept. */
type Behaviour = string | RawAnswer;

interface HostCase {
  readonly name: string;
  readonly does: Behaviour;
  readonly expect: End;
  readonly todo?: string;
}

const TYPE = 'Content-Type: text/html\r\n';
const OK = `HTTP/1.1 200 OK\r\n${TYPE}`;
const LENGTH = `Content-Length: ${PLAIN.length}\r\n`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n`;
const PLAIN_PAGE = done({ title: PLAIN_TITLE, links: [] });

const TIMES: readonly HostCase[] = [
  { name: 'accepts and never answers', does: () => undefined, expect: failedTwice('timeout') },
  // Idle time-outs never fire on a drip: the deadline is for the whole response.
  {
    name: 'headers drip for ever',
    does: ({ socket }) => drip(socket, OK, 'x'),
    expect: failedTwice('timeout'),
  },
  {
    name: 'one header after the other drips for ever',
    does: ({ socket }) => drip(socket, OK, 'X-More: 1\r\n'),
    expect: failedTwice('timeout'),
  },
  {
    name: 'the body drips for ever',
    does: ({ socket }) => drip(socket, `${OK}${LENGTH.replace(/\d+/, '100000')}\r\n`, 'x'),
    expect: failedTwice('timeout'),
  },
  {
    name: 'a chunked body drips for ever',
    does: ({ socket }) => drip(socket, `${CHUNKED}\r\n`, '1\r\nx\r\n'),
    expect: failedTwice('timeout'),
  },
  {
    name: 'interim answers that drip',
    does: ({ socket }) => drip(socket, '', 'HTTP/1.1 102 Processing\r\n\r\n'),
    expect: failedTwice('timeout'),
  },
  {
    name: 'the last byte never comes',
    does: ({ socket }) => socket.write(`${OK}${LENGTH}\r\n${PLAIN.slice(0, -1)}`),
    expect: failedTwice('timeout'),
  },
  {
    name: 'slow, but within the time',
    does: ({ socket }) => setTimeout(() => socket.end(`${OK}${LENGTH}\r\n${PLAIN}`), 500),
    expect: PLAIN_PAGE,
  },
];

const BODIES: readonly HostCase[] = [
  {
    name: 'a body without end',
    does: ({ socket }) => flood(socket, `${OK}\r\n`, 'x'.repeat(64 * 1024)),
    expect: failed('too-large'),
  },
  {
    name: 'a chunked body without end',
    does: ({ socket }) => flood(socket, `${CHUNKED}\r\n`, `10000\r\n${'x'.repeat(0x10000)}\r\n`),
    expect: failed('too-large'),
  },
  {
    name: 'announces a terabyte',
    does: `${OK}Content-Length: 1099511627776\r\n\r\nx`,
    expect: failed('too-large'),
  },
  // §8: an incomplete message is not a page, or its links would be lost in silence.
  {
    name: 'reset in mid-body',
    does: ({ socket }) => {
      socket.write(`${OK}${LENGTH}\r\n${PLAIN.slice(0, 40)}`);
      setTimeout(() => socket.resetAndDestroy(), 30);
    },
    expect: failedTwice('reset'),
  },
  {
    name: 'closed in mid-body',
    does: closing(`${OK}${LENGTH}\r\n${PLAIN.slice(0, 40)}`),
    expect: failedTwice('reset'),
  },
  {
    name: 'closed in mid-chunk',
    does: closing(`${CHUNKED}\r\nff\r\n${PLAIN}`),
    expect: failedTwice('reset'),
  },
  // §7.1: chunked ends with the zero chunk, and with nothing else.
  {
    name: 'closed before the last chunk',
    does: closing(`${CHUNKED}\r\n${chunk(PLAIN)}`),
    expect: failedTwice('reset'),
  },
  {
    name: 'closed in mid-header',
    does: closing('HTTP/1.1 200 OK\r\nContent-Ty'),
    expect: failedTwice('reset'),
  },
  { name: 'closed without a word', does: ({ socket }) => socket.end(), expect: failedTwice('reset') },
  {
    name: 'reset without a word',
    does: ({ socket }) => socket.resetAndDestroy(),
    expect: failedTwice('reset'),
  },
  // §6.3 rule 6: the body is as long as it says; what comes behind is not part of it.
  {
    name: 'Content-Length shorter than what comes',
    does: `${OK}${LENGTH}\r\n${PLAIN}<a href=/never>behind the end</a>`,
    expect: PLAIN_PAGE,
  },
  {
    name: 'Content-Length longer than what comes',
    does: closing(`${OK}Content-Length: ${PLAIN.length + 1}\r\n\r\n${PLAIN}`),
    expect: failedTwice('reset'),
  },
  // §6.3 rule 5: lengths that differ are an unrecoverable error.
  {
    name: 'two Content-Lengths',
    does: `${OK}${LENGTH}Content-Length: 7\r\n\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  // … and one said twice may be taken for one, or refused, as ours does.
  {
    name: 'the same Content-Length twice',
    does: `${OK}${LENGTH}${LENGTH}\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  {
    name: 'negative Content-Length',
    does: `${OK}Content-Length: -1\r\n\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  {
    name: 'Content-Length of words',
    does: `${OK}Content-Length: many\r\n\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  // §6.3 rule 3: length and chunks together are how requests are smuggled.
  {
    name: 'Content-Length and chunks',
    does: `${CHUNKED}${LENGTH}\r\n${chunk(PLAIN)}0\r\n\r\n`,
    expect: failedTwice('protocol'),
  },
  {
    name: 'chunk size of letters',
    does: `${CHUNKED}\r\nzz\r\n${PLAIN}\r\n0\r\n\r\n`,
    expect: failedTwice('protocol'),
  },
  {
    name: 'chunk size beyond all numbers',
    does: `${CHUNKED}\r\nfffffffffffffffff\r\n${PLAIN}\r\n0\r\n\r\n`,
    expect: failedTwice('protocol'),
  },
  {
    name: 'chunk longer than its size',
    does: `${CHUNKED}\r\n5\r\n${PLAIN}\r\n0\r\n\r\n`,
    expect: failedTwice('protocol'),
  },
  // §6.3: it was whole before that.
  {
    name: 'reset behind the last byte',
    does: ({ socket }) => {
      socket.write(`${OK}${LENGTH}\r\n${PLAIN}`);
      setTimeout(() => socket.resetAndDestroy(), 30);
    },
    expect: PLAIN_PAGE,
  },
  {
    name: 'bytes behind the last chunk',
    does: `${CHUNKED}\r\n${chunk(PLAIN)}0\r\n\r\n<a href=/never>`,
    expect: PLAIN_PAGE,
  },
  // §6.1, §7: a transfer coding that nobody asked for is undone or refused, never taken for text.
  {
    name: 'a transfer coding nobody asked for',
    does: ({ socket }) => {
      const packed = gzipSync(PLAIN);
      socket.write(`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n${packed.length.toString(16)}\r\n`);
      socket.write(packed);
      socket.write('\r\n0\r\n\r\n');
    },
    expect: PLAIN_PAGE,
  },
  {
    name: 'HTTP/1.0, closed at the end',
    does: closing(`HTTP/1.0 200 OK\r\n${TYPE}\r\n${PLAIN}`),
    expect: PLAIN_PAGE,
  },
  { name: 'HTTP/1.1, no length, closed at the end', does: closing(`${OK}\r\n${PLAIN}`), expect: PLAIN_PAGE },
  // §7.1.2: trailers are read and may be dropped.
  {
    name: 'trailers',
    does: `${CHUNKED}Trailer: X-Sum\r\n\r\n${chunk(PLAIN)}0\r\nX-Sum: 1\r\nLocation: /never\r\n\r\n`,
    expect: PLAIN_PAGE,
  },
  {
    name: 'chunk extensions',
    does: `${CHUNKED}\r\n${PLAIN.length.toString(16)};name="a;b"\r\n${PLAIN}\r\n0;last\r\n\r\n`,
    expect: PLAIN_PAGE,
  },
];

const HEADS: readonly HostCase[] = [
  // RFC 9110 §15.2: any number of interim answers, though none was expected.
  {
    name: '103 before the answer',
    does: `HTTP/1.1 103 Early Hints\r\nLink: </never>; rel=preload\r\n\r\n${OK}${LENGTH}\r\n${PLAIN}`,
    expect: PLAIN_PAGE,
  },
  {
    name: '102 twice before the answer',
    does: `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(2)}${OK}${LENGTH}\r\n${PLAIN}`,
    expect: PLAIN_PAGE,
  },
  {
    name: '100 before the answer',
    does: `HTTP/1.1 100 Continue\r\n\r\n${OK}${LENGTH}\r\n${PLAIN}`,
    expect: PLAIN_PAGE,
  },
  // §5.2: a line that begins with a blank goes on with the header above it.
  {
    name: 'a folded header',
    does: `HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\n${TYPE}${LENGTH}\r\n${PLAIN}`,
    expect: PLAIN_PAGE,
    todo: 'fails as protocol: the parser of the HTTP client refuses folded headers',
  },
  // §2.2: a recipient may take LF alone for a line end; ours does not.
  {
    name: 'line ends of LF alone',
    does: `HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: ${PLAIN.length}\n\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  // These headers name no link of the page.
  {
    name: 'Refresh and Link headers',
    does: `${OK}Refresh: 0;url=/never\r\nLink: </never>; rel=next\r\n${LENGTH}\r\n${PLAIN}`,
    expect: PLAIN_PAGE,
  },
  // RFC 9110 §15.2.2: nobody asked to switch.
  {
    name: '101 nobody asked for',
    does: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nx',
    expect: failedTwice('protocol'),
  },
  { name: 'no reason phrase', does: `HTTP/1.1 200\r\n${TYPE}${LENGTH}\r\n${PLAIN}`, expect: PLAIN_PAGE },
  {
    name: 'a header of 32 KiB',
    does: `${OK}X-Long: ${'x'.repeat(32 * 1024)}\r\n${LENGTH}\r\n${PLAIN}`,
    expect: PLAIN_PAGE,
  },
  { name: 'a thousand headers', does: `${OK}${numbered(1000)}${LENGTH}\r\n${PLAIN}`, expect: PLAIN_PAGE },
  // §5.4 of RFC 9110: a limit is ours to set; what is beyond is no page.
  {
    name: 'a header of 1 MB',
    does: ({ socket }) => socket.end(`${OK}X-Long: ${'x'.repeat(1_000_000)}\r\n${LENGTH}\r\n${PLAIN}`),
    expect: failedTwice('protocol'),
  },
  {
    name: 'ten thousand headers',
    does: `${OK}${numbered(10_000)}${LENGTH}\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  {
    name: 'headers without end',
    does: ({ socket }) => flood(socket, OK, 'X-More: 1\r\n'.repeat(1000)),
    expect: failedTwice('protocol'),
  },
  { name: 'not HTTP: a greeting', does: 'SSH-2.0-OpenSSH_9.6\r\n', expect: failedTwice('protocol') },
  {
    name: 'not HTTP: bytes',
    does: ({ socket }) => socket.end(Buffer.alloc(512, 0x80)),
    expect: failedTwice('protocol'),
  },
  { name: 'not HTTP: a bare page', does: closing(PLAIN), expect: failedTwice('protocol') },
  // §2.3: the version is part of the status line.
  {
    name: 'a status of letters',
    does: `HTTP/1.1 OK\r\n${LENGTH}\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  // §5: a field line has a colon.
  {
    name: 'a header without a colon',
    does: `${OK}nonsense\r\n${LENGTH}\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
  {
    name: 'NUL in a header',
    does: `${OK}X-Nul: a\0b\r\n${LENGTH}\r\n${PLAIN}`,
    expect: failedTwice('protocol'),
  },
];

/** More than anyone wants, where no body counts it: it ends at the limit of bytes on the wire, or at that of headers. */
const FLOODS: readonly HostCase[] = (
  [
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\nLink: </never>\r\n\r\n'.repeat(100), 'too-large'],
    ['blank lines before the answer', '', '\r\n'.repeat(10_000), 'too-large'],
    ['a reason phrase', 'HTTP/1.1 200 ', 'x'.repeat(64 * 1024), 'too-large'],
    ['a chunk extension', `${CHUNKED}\r\n1;`, 'x'.repeat(64 * 1024), 'too-large'],
    ['a chunk size of zeros', `${CHUNKED}\r\n`, '0'.repeat(64 * 1024), 'too-large'],
    ['trailers', `${CHUNKED}\r\n${chunk(PLAIN)}0\r\n`, 'X-More: 1\r\n'.repeat(1000), 'protocol'],
  ] as const
).map(([name, head, piece, code]) => ({
  name: `${name} without end`,
  does: ({ socket }) => flood(socket, head, piece),
  // On a busy machine the deadline may come first, and then there is another try.
  expect: code === 'too-large' ? failed(code, { requests: null }) : failedTwice(code),
}));

/** Starts the hosts of this topic. */
export async function openTransport(network: Network): Promise<Part> {
  const hosts = [...TIMES, ...BODIES, ...HEADS, ...FLOODS].map(
    async ({ name, does, expect, todo }): Promise<Case> => {
      const origin = await network.raw(typeof does === 'string' ? ({ socket }) => socket.write(does) : does);
      return caseOf(name, `${origin}/`, expect, todo);
    },
  );
  const cases = await Promise.all([...hosts, ...unreachable(network), ...tlsHosts(network)]);
  return { topic: 'transport', cases: [...cases, ...(await connections(network))] };
}

/** Hosts that are not there. Their robots.txt is tried, then the host is given up with the cause. */
function unreachable(network: Network): Promise<Case>[] {
  const never = { requests: 0, http_status: null } as const;
  return [
    Promise.resolve(caseOf('refused port', `${network.closed()}/`, failed('connect', never))),
    // The broadcast address of the loopback network: nobody is reached, and nothing leaves the machine.
    Promise.resolve(caseOf('unreachable', 'http://127.255.255.255/', failed('connect', never))),
    // RFC 6761 §6.4: no name below .invalid exists.
    Promise.resolve(caseOf('a name nobody has', 'http://nowhere.invalid/', failed('dns', never))),
    network
      .listener(() => undefined)
      .then((at) => caseOf('a handshake that never ends', `https://${at}/`, failed('connect', never))),
    network
      .listener((socket) => socket.once('data', () => socket.destroy()))
      .then((at) => caseOf('a handshake hung up on', `https://${at}/`, failed('tls', never))),
    network
      .listener((socket) => socket.end(`${OK}${LENGTH}\r\n${PLAIN}`))
      .then((at) => caseOf('plain HTTP where TLS was due', `https://${at}/`, failed('tls', never))),
  ];
}

/** RFC 9110 §4.3.4: a certificate is for the host, in its time, and signed by someone we trust. */
function tlsHosts(network: Network): Promise<Case>[] {
  const certificates = [
    ['a certificate that is good', VALID, PLAIN_PAGE],
    ['an expired certificate', EXPIRED, failed('tls', { requests: 0 })],
    ['a certificate for another host', ELSEWHERE, failed('tls', { requests: 0 })],
    ['a certificate signed by itself', SELF_SIGNED, failed('tls', { requests: 0 })],
  ] as const;
  return certificates.map(async ([name, cert, expect]) => {
    const page: RawAnswer = ({ socket }) => socket.write(`${OK}${LENGTH}\r\n${PLAIN}`);
    return caseOf(name, `${await network.raw(page, { tls: { cert, key: KEY } })}/`, expect);
  });
}

/** Cases of two pages, the second asked for on the connection of the first where that is still there. */
async function connections(network: Network): Promise<Case[]> {
  const answer = (title: string, links = ''): string => {
    const text = `<!doctype html><title>${title}</title>${links}`;
    return `${OK}Content-Length: ${text.length}\r\n\r\n${text}`;
  };
  // §9.3.1: a GET on a kept connection that turns out closed is asked again.
  const stale = await network.raw(({ socket, path, earlier }) => {
    if (earlier > 0) socket.destroy();
    else socket.write(answer(path, path === '/' ? '<a href=/second>' : ''));
  });
  // §9.3: answers come in the order of requests; one that nobody asked for belongs to no page.
  const unasked = await network.raw(({ socket, path }) => {
    if (path === '/')
      socket.write(answer('first', '<a href=/second>') + answer('unasked', '<a href=/never>'));
    else socket.write(answer('second'));
  });
  const late = await network.raw(({ socket, path }) => {
    socket.write(answer(path, path === '/' ? '<a href=/second>' : ''));
    setTimeout(() => socket.write(answer('unasked', '<a href=/never>')), 5);
  });
  const second = (name: string, url: string, title: string): Case => ({
    ...caseOf(name, url, done({ title, links: [], requests: null })),
    isLinked: false,
  });
  const first = (title: string): End => done({ title, links: ['/second'] });
  return [
    caseOf('a connection closed under its second request', `${stale}/`, first('/')),
    second('the second request of it', `${stale}/second`, '/second'),
    caseOf('an unasked second answer', `${unasked}/`, first('first')),
    second('the page behind it', `${unasked}/second`, 'second'),
    caseOf('an unasked answer a little later', `${late}/`, first('/')),
    second('the page behind that', `${late}/second`, '/second'),
  ];
}

function caseOf(name: string, url: string, expect: End, todo?: string): Case {
  return { name: `transport: ${name}`, url, expect, isLinked: true, ...(todo === undefined ? {} : { todo }) };
}

function closing(text: string): RawAnswer {
  return ({ socket }) => socket.end(text);
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `X-Number-${index}: ${index}\r\n`).join('');
}

/** The head at once, then a piece of the rest every 100 ms as long as somebody listens. */
function drip(socket: Socket, head: string, piece: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write(piece), 100);
  socket.on('close', () => clearInterval(timer));
}

/** The head, then as much as the other side takes. */
function flood(socket: Socket, head: string, piece: string): void {
  const pour = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.write(head);
  socket.on('drain', pour);
  pour();
}
