import { Root, type Type } from "protobufjs/light";

/** 64 bits as protobufjs takes them where a double would be too coarse. */
export interface LongBits {
  readonly low: number;
  readonly high: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

interface DataPoint {
  readonly attributes: readonly KeyValue[];
  readonly startTimeUnixNano: LongBits;
  readonly timeUnixNano: LongBits;
}

export interface NumberDataPoint extends DataPoint {
  readonly asDouble?: number;
  readonly asInt?: number;
}

export interface HistogramDataPoint extends DataPoint {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** One more than there are bounds. */
  readonly bucketCounts: readonly number[];
  readonly explicitBounds: readonly number[];
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly gauge?: { readonly dataPoints: readonly NumberDataPoint[] };
  readonly sum?: {
    readonly dataPoints: readonly NumberDataPoint[];
    readonly aggregationTemporality: number;
    readonly isMonotonic: boolean;
  };
  readonly histogram?: {
    readonly dataPoints: readonly HistogramDataPoint[];
    readonly aggregationTemporality: number;
  };
}

export interface ExportRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly OtlpMetric[];
    }[];
  }[];
}

export interface ExportResponse {
  readonly partialSuccess?: {
    readonly rejectedDataPoints?: number | { toNumber(): number };
    readonly errorMessage?: string;
  } | null;
}

const many = "repeated";

/**
 * The parts that this output sends of opentelemetry.proto.collector.metrics.v1 and what it is made
 * of; field numbers and types are those of https://github.com/open-telemetry/opentelemetry-proto.
 */
const root = Root.fromJSON({
  nested: {
    ExportRequest: { fields: { resourceMetrics: { id: 1, rule: many, type: "ResourceMetrics" } } },
    ResourceMetrics: {
      fields: {
        resource: { id: 1, type: "Resource" },
        scopeMetrics: { id: 2, rule: many, type: "ScopeMetrics" },
      },
    },
    Resource: { fields: { attributes: { id: 1, rule: many, type: "KeyValue" } } },
    ScopeMetrics: {
      fields: { scope: { id: 1, type: "Scope" }, metrics: { id: 2, rule: many, type: "Metric" } },
    },
    Scope: { fields: { name: { id: 1, type: "string" } } },
    Metric: {
      fields: {
        name: { id: 1, type: "string" },
        unit: { id: 3, type: "string" },
        gauge: { id: 5, type: "Gauge" },
        sum: { id: 7, type: "Sum" },
        histogram: { id: 9, type: "Histogram" },
      },
    },
    Gauge: { fields: { dataPoints: { id: 1, rule: many, type: "NumberDataPoint" } } },
    Sum: {
      fields: {
        dataPoints: { id: 1, rule: many, type: "NumberDataPoint" },
        aggregationTemporality: { id: 2, type: "int32" },
        isMonotonic: { id: 3, type: "bool" },
      },
    },
    Histogram: {
      fields: {
        dataPoints: { id: 1, rule: many, type: "HistogramDataPoint" },
        aggregationTemporality: { id: 2, type: "int32" },
      },
    },
    NumberDataPoint: {
      fields: {
        startTimeUnixNano: { id: 2, type: "fixed64" },
        timeUnixNano: { id: 3, type: "fixed64" },
        asDouble: { id: 4, type: "double" },
        asInt: { id: 6, type: "sfixed64" },
        attributes: { id: 7, rule: many, type: "KeyValue" },
      },
    },
    HistogramDataPoint: {
      fields: {
        startTimeUnixNano: { id: 2, type: "fixed64" },
        timeUnixNano: { id: 3, type: "fixed64" },
        count: { id: 4, type: "fixed64" },
        sum: { id: 5, type: "double" },
        bucketCounts: { id: 6, rule: many, type: "fixed64", options: { packed: true } },
        explicitBounds: { id: 7, rule: many, type: "double", options: { packed: true } },
        attributes: { id: 9, rule: many, type: "KeyValue" },
        min: { id: 11, type: "double" },
        max: { id: 12, type: "double" },
      },
    },
    KeyValue: { fields: { key: { id: 1, type: "string" }, value: { id: 2, type: "AnyValue" } } },
    AnyValue: { fields: { stringValue: { id: 1, type: "string" } } },
    ExportResponse: { fields: { partialSuccess: { id: 1, type: "PartialSuccess" } } },
    PartialSuccess: {
      fields: {
        rejectedDataPoints: { id: 1, type: "int64" },
        errorMessage: { id: 2, type: "string" },
      },
    },
  },
});

const request: Type = root.lookupType("ExportRequest");
const response: Type = root.lookupType("ExportResponse");

export function encodeExport(message: ExportRequest): Uint8Array {
  return request.encode(message).finish();
}

/** Throws an Error when the bytes are no such message. */
export function decodeExportResponse(bytes: Uint8Array): ExportResponse {
  return response.decode(bytes) as ExportResponse;
}
