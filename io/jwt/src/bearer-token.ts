/**
 * The token of an `Authorization` header (RFC 6750, 2.1), or `undefined` when it has none or is of
 * another form. The scheme may be in any case (RFC 9110, 11.1).
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : credentials.exec(authorization)?.[1];
}

const credentials = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
