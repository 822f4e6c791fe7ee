/** Which content types of answers are files that are wanted. */

/**
 * Whether a type is one of those asked for, such as `audio/*`. What has none is of none.
 * @param essence lower case, without parameters; @param wanted empty = all
 */
export function isTypeWanted(essence: string | null, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  if (essence === null) return false;
  return wanted.some((each) =>
    each.endsWith('/*') ? each === '*/*' || essence.startsWith(each.slice(0, -1)) : essence === each,
  );
}

/** The type in a Content-Type as it is recorded; null where there was none. */
export function essenceOf(contentType: string | null): string | null {
  const [essence = ''] = (contentType ?? '').split(';', 1);
  return essence.trim().toLowerCase() || null;
}
