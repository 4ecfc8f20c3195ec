import type { CorsRequest } from "../bucket/cors.ts";
import type { Checksum, ChecksumAlgorithm, ChecksumType } from "../checksum/checksum.ts";
import type { Conditions } from "../object/conditions.ts";
import type { ObjectMetadata } from "../object/metadata.ts";
import type { ByteRange, RangeSpec } from "../object/range.ts";
import type { Tag } from "../object/tagging.ts";
import type { Field } from "../sigv4/sign.ts";
import type { Setting } from "../xml/setting.ts";

/** What a request asks for: S3's name for it and everything that its address and headers say. */
export type Operation = ServiceOperation | BucketOperation | ObjectOperation | UploadOperation;

export type ServiceOperation = { readonly kind: "ListBuckets" };

export type BucketOperation = InBucket &
  (
    | { readonly kind: PlainBucketKind }
    | { readonly kind: "GetBucketSetting"; readonly setting: Setting }
    | ({ readonly kind: "ListObjects"; readonly marker: string | undefined } & Listing)
    | ({ readonly kind: "ListObjectsV2"; readonly fetchOwner: boolean } & Listing & ListStart)
    | ({ readonly kind: "ListMultipartUploads"; readonly uploadIdMarker: string | undefined } & {
        readonly keyMarker: string | undefined;
      } & Listing)
    | ({ readonly kind: "Preflight"; readonly asked: CorsRequest } & { readonly key: string })
  );

export type PlainBucketKind =
  | "CreateBucket"
  | "HeadBucket"
  | "DeleteBucket"
  | "DeleteObjects"
  | "GetBucketAcl"
  | "GetBucketLocation"
  | "GetBucketVersioning"
  | "PutBucketVersioning"
  | "GetBucketCors"
  | "PutBucketCors"
  | "DeleteBucketCors";

export type ObjectOperation = InObject &
  (
    | ({ readonly kind: "GetObject" | "HeadObject" } & Reading)
    | ({ readonly kind: "PutObject"; readonly body: DeclaredBody } & Writing)
    | ({ readonly kind: "CopyObject" } & CopySource & Copying)
    | { readonly kind: "DeleteObject"; readonly conditions: Conditions }
    | { readonly kind: "GetObjectAcl" }
    | { readonly kind: "GetObjectTagging" | "PutObjectTagging" | "DeleteObjectTagging" }
  );

export type UploadOperation = InObject &
  (
    | ({ readonly kind: "CreateMultipartUpload" } & Omit<Writing, "conditions"> & PlannedChecksum)
    | ({ readonly kind: "UploadPart"; readonly body: DeclaredBody } & InUpload & Numbered)
    | ({ readonly kind: "UploadPartCopy"; readonly sourceRange: ByteRange | undefined } & InUpload &
        Numbered &
        CopySource)
    | ({ readonly kind: "CompleteMultipartUpload"; readonly conditions: Conditions } & InUpload & {
          readonly checksum: Checksum | undefined;
        })
    | ({ readonly kind: "AbortMultipartUpload" } & InUpload)
    | ({ readonly kind: "ListParts" } & InUpload & PartListing)
  );

export interface InBucket {
  readonly bucket: string;
}

export interface InObject extends InBucket {
  readonly key: string;
}

export interface InUpload {
  readonly uploadId: string;
}

export interface Numbered {
  readonly partNumber: number;
}

export interface Listing {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** At most 1,000, as S3 has it. */
  readonly maxKeys: number;
  /** Whether keys in the answer are percent-encoded, so that XML can hold each. */
  readonly isUrlEncoded: boolean;
}

export interface ListStart {
  readonly startAfter: string | undefined;
  readonly continuationToken: string | undefined;
}

export interface PartListing {
  readonly maxParts: number;
  readonly partNumberMarker: number;
}

export interface Reading {
  readonly conditions: Conditions;
  readonly range: RangeSpec | undefined;
  /** RFC 9110 13.1.5: `isRangeFor` judges it. */
  readonly ifRange: string | null;
  readonly partNumber: number | undefined;
  /** Of the response-… parameters. */
  readonly overrides: readonly Field[];
  /** Whether the answer is to tell the checksum. */
  readonly wantsChecksum: boolean;
}

export interface Writing {
  readonly conditions: Conditions;
  readonly metadata: ObjectMetadata;
  readonly tags: readonly Tag[];
}

export interface CopySource {
  readonly source: InObject;
  readonly sourceConditions: Conditions;
}

export interface Copying {
  readonly conditions: Conditions;
  /** `undefined` keeps that of the source. */
  readonly metadata: ObjectMetadata | undefined;
  readonly tags: readonly Tag[] | undefined;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
}

export interface PlannedChecksum {
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType | undefined;
}

/** What the headers promise of the bytes. */
export interface DeclaredBody {
  /** Without the framing of aws-chunked. */
  readonly bytes: number;
  /** In hexadecimal. */
  readonly contentMd5: string | undefined;
  readonly checksum: Checksum | undefined;
  /** Announced trailers, in lower case. */
  readonly trailers: readonly string[];
  /** What the trailer, or x-amz-sdk-checksum-algorithm, says is to be computed. */
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
}
