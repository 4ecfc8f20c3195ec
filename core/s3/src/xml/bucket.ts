import { type CorsRule, MAX_CORS_RULES } from "../bucket/cors.ts";
import { toIsoDate } from "../calendar.ts";
import { checkTags, type Tag } from "../object/tagging.ts";
import { S3Error } from "../s3-error.ts";
import { expectDate, ownerElement } from "./listing.ts";
import {
  childrenOf,
  expectInteger,
  expectRoot,
  expectText,
  malformed,
  tryText,
  type XmlNode,
} from "./node.ts";
import { element, escapeXml, textElement, xmlDocument } from "./write.ts";

export interface ListedBucket {
  readonly name: string;
  readonly createdMs: number;
}

export function writeListBuckets(buckets: readonly ListedBucket[]): string {
  const content = buckets.map(({ name, createdMs }) =>
    element(
      "Bucket",
      textElement("Name", name) + textElement("CreationDate", toIsoDate(createdMs)),
    ),
  );
  return xmlDocument("ListAllMyBucketsResult", ownerElement + element("Buckets", content.join("")));
}

/** Throws S3Error, as all do that read here. */
export function parseListBuckets(root: XmlNode): readonly ListedBucket[] {
  expectRoot(root, "ListAllMyBucketsResult");
  return childrenOf(root, "Buckets")
    .flatMap((node) => childrenOf(node, "Bucket"))
    .map((node) => ({
      name: expectText(node, "Name"),
      createdMs: expectDate(node, "CreationDate"),
    }));
}

/** us-east-1 is S3's first region, and has no name there. */
export const writeLocation = (region: string): string =>
  xmlDocument("LocationConstraint", region === "us-east-1" ? "" : escapeXml(region));

/** The region that a bucket is to be in, where the body of CreateBucket says one. */
export function parseCreateBucket(root: XmlNode): string | undefined {
  expectRoot(root, "CreateBucketConfiguration");
  return tryText(root, "LocationConstraint")?.trim() || undefined;
}

/** Versions are not kept: whoever turns them on must not believe otherwise. */
export function parseVersioning(root: XmlNode): void {
  const status = tryText(expectRoot(root, "VersioningConfiguration"), "Status");
  if (status === "Suspended") return;
  if (status !== "Enabled") throw malformed("its Status is neither Enabled nor Suspended");
  throw new S3Error("NotImplemented", "Versions of objects are not kept here: leave it Suspended.");
}

export const versioningOff: string = xmlDocument("VersioningConfiguration", "");

/** Throws S3Error (InvalidTag) too. */
export function parseTagging(root: XmlNode): readonly Tag[] {
  const sets = childrenOf(expectRoot(root, "Tagging"), "TagSet");
  if (sets.length !== 1) throw malformed("Tagging needs one TagSet");
  const tags = childrenOf(sets[0]!, "Tag").map((node) => ({
    key: expectText(node, "Key"),
    value: expectText(node, "Value"),
  }));
  checkTags(tags);
  return tags;
}

export function writeTagging(tags: readonly Tag[]): string {
  const content = tags.map(({ key, value }) =>
    element("Tag", textElement("Key", key) + textElement("Value", value)),
  );
  return xmlDocument("Tagging", element("TagSet", content.join("")));
}

export function parseCors(root: XmlNode): readonly CorsRule[] {
  const rules = childrenOf(expectRoot(root, "CORSConfiguration"), "CORSRule").map(parseCorsRule);
  if (rules.length >= 1 && rules.length <= MAX_CORS_RULES) return rules;
  throw malformed(`it has ${rules.length} rules, where 1 to ${MAX_CORS_RULES} are allowed`);
}

export function writeCors(rules: readonly CorsRule[]): string {
  const each = (name: string, texts: readonly string[]) =>
    texts.map((text) => textElement(name, text)).join("");
  const content = rules.map((rule) =>
    element(
      "CORSRule",
      textElement("ID", rule.id) +
        each("AllowedMethod", rule.allowedMethods) +
        each("AllowedOrigin", rule.allowedOrigins) +
        each("AllowedHeader", rule.allowedHeaders) +
        each("ExposeHeader", rule.exposeHeaders) +
        textElement("MaxAgeSeconds", rule.maxAgeS),
    ),
  );
  return xmlDocument("CORSConfiguration", content.join(""));
}

const corsMethods = ["GET", "PUT", "POST", "DELETE", "HEAD"];

function parseCorsRule(node: XmlNode): CorsRule {
  const texts = (name: string) => childrenOf(node, name).map(({ text }) => text.trim());
  const allowedMethods = texts("AllowedMethod");
  const allowedOrigins = texts("AllowedOrigin");
  const allowedHeaders = texts("AllowedHeader");
  const exposeHeaders = texts("ExposeHeader");
  if (allowedMethods.length === 0 || allowedOrigins.length === 0) {
    throw malformed("a CORSRule needs AllowedOrigin and AllowedMethod");
  }
  const wrong = allowedMethods.find((method) => !corsMethods.includes(method));
  if (wrong !== undefined) {
    throw new S3Error(
      "InvalidRequest",
      `Found unsupported HTTP method in CORS config. Unsupported method is ${wrong}`,
    );
  }
  const wild = [...allowedOrigins, ...allowedHeaders].find((text) => text.split("*").length > 2);
  if (wild !== undefined) {
    throw new S3Error("InvalidRequest", `"${wild}" can not have more than one wildcard.`);
  }
  const odd = [...allowedOrigins, ...exposeHeaders].find((text) => !/^[\x21-\x7e]+$/.test(text));
  if (odd !== undefined) throw malformed(`${JSON.stringify(odd)} cannot stand in a header`);
  return {
    id: tryText(node, "ID"),
    allowedOrigins,
    allowedMethods,
    allowedHeaders,
    exposeHeaders,
    maxAgeS:
      tryText(node, "MaxAgeSeconds") === undefined
        ? undefined
        : expectInteger(node, "MaxAgeSeconds"),
  };
}
