// Preloaded into the program by NODE_OPTIONS=--require: names under .test stand for addresses as a name server
// would have it: `<address with dashes>.<anything>.test` for that address.
'use strict';
const dns = require('node:dns');

const { lookup } = dns;

dns.lookup = (hostname, options, done) => {
  if (!hostname.endsWith('.test')) return lookup(hostname, options, done);
  const address = hostname.split('.', 1)[0].replaceAll('-', '.');
  setImmediate(done, null, [{ address, family: 4 }]);
};
