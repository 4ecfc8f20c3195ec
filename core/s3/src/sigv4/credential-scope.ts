/** For which day and region a key signs. */
export interface CredentialScope {
  /** "20130524", of the signature's own date. */
  readonly day: string;
  readonly region: string;
}

export function toScopeText({ day, region }: CredentialScope): string {
  return `${day}/${region}/s3/aws4_request`;
}

export interface Credential extends CredentialScope {
  readonly accessKey: string;
}

/** Reads "KEY/20130524/us-east-1/s3/aws4_request"; the key itself may have slashes. */
export function tryCredential(text: string): Credential | undefined {
  const parts = /^(.+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/.exec(text);
  if (parts === null) return undefined;
  return { accessKey: parts[1]!, day: parts[2]!, region: parts[3]! };
}
