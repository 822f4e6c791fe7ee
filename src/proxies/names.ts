/** What flags and messages call things by; apart, so that help needs nothing of what they stand for. */

/** Those who provide lists of proxies (providers.ts), as --proxies knows them. */
export const PROVIDER_NAMES = ['proxyscrape', 'webshare', 'iproyal'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export function isProviderName(text: string): text is ProviderName {
  return (PROVIDER_NAMES as readonly string[]).includes(text);
}

/** What proxies are checked with unless something else is named: made to be asked for. */
export const CHECK_URL = 'https://example.com/';
