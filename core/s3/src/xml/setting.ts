import { S3Error, type S3ErrorCode } from "../s3-error.ts";
import { ownerElement } from "./listing.ts";
import { element, xmlDocument } from "./write.ts";

/** What can be set of a bucket in S3 and not here: clients ask for these before they work. */
export type Setting =
  | "accelerate"
  | "encryption"
  | "lifecycle"
  | "logging"
  | "notification"
  | "object-lock"
  | "ownershipControls"
  | "policy"
  | "policyStatus"
  | "publicAccessBlock"
  | "replication"
  | "requestPayment"
  | "tagging"
  | "website";

/** What S3 answers where it is not set. Throws the S3Error where that is an error. */
export function writeUnset(setting: Setting): string {
  const answer = unset[setting];
  if (answer in documents) return documents[answer as keyof typeof documents];
  throw new S3Error(answer as S3ErrorCode);
}

/** The owner may do everything, and nobody else anything. */
export const ownerOnlyAcl: string = xmlDocument(
  "AccessControlPolicy",
  ownerElement +
    element(
      "AccessControlList",
      element(
        "Grant",
        ownerElement
          .replace(
            "<Owner>",
            '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">',
          )
          .replace("</Owner>", "</Grantee>") + element("Permission", "FULL_CONTROL"),
      ),
    ),
);

const documents = {
  accelerate: xmlDocument("AccelerateConfiguration", ""),
  logging: xmlDocument("BucketLoggingStatus", ""),
  notification: xmlDocument("NotificationConfiguration", ""),
  requestPayment: xmlDocument("RequestPaymentConfiguration", element("Payer", "BucketOwner")),
};

const unset: Readonly<Record<Setting, S3ErrorCode | keyof typeof documents>> = {
  accelerate: "accelerate",
  encryption: "ServerSideEncryptionConfigurationNotFoundError",
  lifecycle: "NoSuchLifecycleConfiguration",
  logging: "logging",
  notification: "notification",
  "object-lock": "ObjectLockConfigurationNotFoundError",
  ownershipControls: "OwnershipControlsNotFoundError",
  policy: "NoSuchBucketPolicy",
  policyStatus: "NoSuchBucketPolicy",
  publicAccessBlock: "NoSuchPublicAccessBlockConfiguration",
  replication: "ReplicationConfigurationNotFoundError",
  requestPayment: "requestPayment",
  tagging: "NoSuchTagSet",
  website: "NoSuchWebsiteConfiguration",
};

export const settings: readonly Setting[] = Object.keys(unset) as Setting[];
