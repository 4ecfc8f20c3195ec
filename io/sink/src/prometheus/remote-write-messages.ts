import { Root, type Type } from "protobufjs/light";

/** `prometheus.WriteRequest`: the parts that this output sends; JSON-able but for the markers. */
export interface WriteRequest {
  readonly timeseries: readonly TimeSeries[];
}

export interface TimeSeries {
  /** By name. */
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly samples?: readonly { readonly value: number; readonly timestamp: number }[];
  readonly markers?: readonly { readonly value: LongBits; readonly timestamp: number }[];
  readonly histograms?: readonly NativeHistogram[];
}

/** The two halves of 64 bits. */
export interface LongBits {
  readonly low: number;
  readonly high: number;
}

export interface NativeHistogram {
  readonly countInt: number;
  readonly sum: number;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCountInt: number;
  readonly negativeSpans: readonly BucketSpan[];
  readonly negativeDeltas: readonly number[];
  readonly positiveSpans: readonly BucketSpan[];
  readonly positiveDeltas: readonly number[];
  readonly timestamp: number;
}

export interface BucketSpan {
  /** Buckets left out since the last span. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Field numbers and types of https://github.com/prometheus/prometheus/tree/main/prompb (remote.proto
 * and types.proto). `markers` is not in there: it is the field `samples` over again, its value as
 * bits, since a stale marker is a NaN that no double of JavaScript keeps as it is.
 */
const root = Root.fromJSON({
  nested: {
    WriteRequest: { fields: { timeseries: { id: 1, rule: "repeated", type: "TimeSeries" } } },
    TimeSeries: {
      fields: {
        labels: { id: 1, rule: "repeated", type: "Label" },
        samples: { id: 2, rule: "repeated", type: "Sample" },
        histograms: { id: 4, rule: "repeated", type: "Histogram" },
      },
    },
    MarkedRequest: { fields: { timeseries: { id: 1, rule: "repeated", type: "MarkedSeries" } } },
    MarkedSeries: {
      fields: {
        labels: { id: 1, rule: "repeated", type: "Label" },
        markers: { id: 2, rule: "repeated", type: "Marker" },
      },
    },
    Label: { fields: { name: { id: 1, type: "string" }, value: { id: 2, type: "string" } } },
    Sample: { fields: { value: { id: 1, type: "double" }, timestamp: { id: 2, type: "int64" } } },
    Marker: { fields: { value: { id: 1, type: "fixed64" }, timestamp: { id: 2, type: "int64" } } },
    Histogram: {
      fields: {
        countInt: { id: 1, type: "uint64" },
        sum: { id: 3, type: "double" },
        schema: { id: 4, type: "sint32" },
        zeroThreshold: { id: 5, type: "double" },
        zeroCountInt: { id: 6, type: "uint64" },
        negativeSpans: { id: 8, rule: "repeated", type: "BucketSpan" },
        negativeDeltas: { id: 9, rule: "repeated", type: "sint64" },
        positiveSpans: { id: 11, rule: "repeated", type: "BucketSpan" },
        positiveDeltas: { id: 12, rule: "repeated", type: "sint64" },
        timestamp: { id: 15, type: "int64" },
      },
    },
    BucketSpan: {
      fields: { offset: { id: 1, type: "sint32" }, length: { id: 2, type: "uint32" } },
    },
  },
});

const plain: Type = root.lookupType("WriteRequest");
const marked: Type = root.lookupType("MarkedRequest");

export function encodeWriteRequest(request: WriteRequest): Uint8Array {
  return plain.encode(request).finish();
}

/** Of series with markers alone. */
export function encodeMarkers(request: WriteRequest): Uint8Array {
  return marked.encode(request).finish();
}
