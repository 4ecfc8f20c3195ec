import { describe, expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import { caught, messageOf } from "../vu/testing/test-user.ts";
import { loadLibrary } from "./testing/load-library.ts";

const host = "https://jslib.k6.io";

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly params: { headers: Record<string, string>; tags?: object } & Record<string, unknown>;
}

/** k6/http that notes what it is asked for, and answers with `answer`. */
function fakeHttp(answer: unknown = { status: 200, error: "", error_code: 0, headers: {} }) {
  const sent: Sent[] = [];
  const request = (...[method, url, body, params]: unknown[]) => {
    sent.push({ method, url, body, params } as Sent);
    return answer;
  };
  const batch = (all: unknown[][]) => all.map((one) => request(...one));
  return {
    sent,
    http: { request, asyncRequest: async (...args: unknown[]) => request(...args), batch },
  };
}

describe("httpx", () => {
  const url = `${host}/httpx/0.1.0/index.js`;
  interface Session {
    [name: string]: (...args: unknown[]) => unknown;
  }
  type Library = Record<string, new (...args: unknown[]) => Session>;

  async function session(options?: object) {
    const { sent, http } = fakeHttp();
    const library = await loadLibrary<Library>(url, { "k6/http": http });
    return { sent, library, session: new library.Httpx!(options) };
  }

  test("adds what the session has to each request", async () => {
    const { sent, session: one } = await session({
      ...{ baseURL: "https://a.test", headers: { A: "1" }, tags: { t: "1" }, timeout: 5 },
    });
    one.addHeader!("B", "2");
    one.addHeaders!({ C: "3", A: "4" });
    one.addTag!("u", "2");
    one.clearHeader!("C");
    one.clearTag!("t");
    one.get!("/x", null, { headers: { B: "own" }, tags: { own: "1" } });
    one.post!("https://b.test/", "body");
    expect(sent).toEqual([
      {
        ...{ method: "GET", url: "https://a.test/x", body: null },
        params: { timeout: 5, headers: { A: "4", B: "own" }, tags: { u: "2", own: "1" } },
      },
      {
        ...{ method: "POST", url: "https://b.test/", body: "body" },
        params: { timeout: 5, headers: { A: "4", B: "2" }, tags: { u: "2" } },
      },
    ]);
  });

  test("takes http.url`…`, whose name becomes a tag", async () => {
    const { sent, session: one } = await session();
    await one.asyncGet!({ url: "https://a.test/7", name: "https://a.test/{}", clean_url: "x" });
    expect(sent[0]).toMatchObject({
      url: "https://a.test/7",
      params: { tags: { name: "https://a.test/{}" } },
    });
  });

  test("sends a batch of Requests and arrays", async () => {
    const { sent, session: one, library } = await session({ baseURL: "https://a.test" });
    const get = new library.Get!("/1", { headers: { A: "1" }, body: "b" });
    get.addTag!("t", "1");
    const answers = one.batch!([get, ["POST", "/2", "c"]], { tags: { all: "1" } });
    expect(answers).toHaveLength(2);
    expect(sent.map(({ method, url: to, body }) => [method, to, body])).toEqual([
      ["GET", "https://a.test/1", "b"],
      ["POST", "https://a.test/2", "c"],
    ]);
    expect(sent[0]!.params).toEqual({ headers: { A: "1" }, tags: { all: "1", t: "1" } });
  });

  test("counts what is no success in the session's metric", async () => {
    const added: unknown[] = [];
    const errorMetric = { add: (value: unknown) => added.push(value) };
    const { session: one } = await session({ errorMetric });
    one.get!("https://a.test/");
    one.get!("https://a.test/", null, { expect: () => false });
    expect(added).toEqual([false, true]);
  });

  test("refuses a method that is none", async () => {
    const { session: one } = await session();
    const error = await caught(() => one.request!("FETCH", "https://a.test/"));
    expect(messageOf(error)).toStartWith(
      "Cannot make a request of method FETCH: it must be one of",
    );
  });
});

describe("http-instrumentation", () => {
  type Library = {
    Client: new (options?: unknown) => Record<string, (...args: unknown[]) => unknown>;
    instrumentHTTP(options?: object): void;
  };
  const provided = (metadata: object) => {
    const { sent, http } = fakeHttp();
    const exec = { vu: { metrics: { metadata } }, scenario: { name: "s" } };
    const crypto = { randomBytes: (size: number) => new Uint8Array(size).fill(0xab).buffer };
    return { sent, http, modules: { "k6/http": http, "k6/execution": exec, "k6/crypto": crypto } };
  };
  const tempo = `${host}/http-instrumentation-tempo/1.0.1/index.js`;

  test.each([
    ["w3c", "traceparent", /^00-(dc0718[\da-f]{26})-[\da-f]{16}-01$/],
    ["jaeger", "uber-trace-id", /^(dc0718[\da-f]{26}):[\da-f]{8}:0:1$/],
  ])(
    "tempo adds a trace as %s has it, and its id to the samples",
    async (propagator, name, form) => {
      const seen: unknown[] = [];
      const metadata = new Proxy<Record<string, unknown>>(
        {},
        {
          set: (target, key, value) => {
            seen.push(value);
            return Reflect.set(target, key, value);
          },
        },
      );
      const { sent, modules } = provided(metadata);
      const { Client } = await loadLibrary<Library>(tempo, modules);
      new Client({ propagator }).post!("https://a.test/", "b", { headers: { A: "1" } });
      const [{ params, body }] = sent as [Sent];
      expect(body).toBe("b");
      expect(params.headers.A).toBe("1");
      const [, id] = form.exec(params.headers[name]!)!;
      expect(seen).toEqual([id]);
      expect(metadata).toEqual({});
    },
  );

  test("tempo leaves out of the sample what it should, and refuses what it cannot do", async () => {
    const { sent, modules } = provided({});
    const { Client } = await loadLibrary<Library>(tempo, modules);
    await new Client({ sampling: 0 }).asyncRequest!("GET", "https://a.test/");
    expect(sent[0]!.params.headers.traceparent).toEndWith("-00");
    expect(messageOf(await caught(() => new Client({ sampling: 2 })))).toContain("between 0 and 1");
    expect(messageOf(await caught(() => new Client({ propagator: "b3" })))).toBe(
      'Cannot propagate traces as "b3": use "w3c" or "jaeger"',
    );
  });

  test("pyroscope adds the baggage to all that k6/http sends", async () => {
    const { sent, http, modules } = provided({});
    const url = `${host}/http-instrumentation-pyroscope/1.0.2/index.js`;
    const globals = { __ENV: { K6_CLOUDRUN_TEST_RUN_ID: "7" } };
    const { instrumentHTTP } = await loadLibrary<Library>(url, modules, globals);
    instrumentHTTP();
    (http as unknown as Record<string, (...args: unknown[]) => void>).get!("https://a.test/");
    expect(sent[0]!.params.headers).toEqual({
      baggage: "k6.test_run_id=7, k6.scenario=s, k6.name=https://a.test/",
    });
  });
});

/** As k6/crypto has them. */
const k6Crypto = {
  sha256: (text: string | ArrayBuffer) =>
    createHash("sha256")
      .update(typeof text === "string" ? text : new Uint8Array(text))
      .digest("hex"),
  hmac: (_name: string, key: string | ArrayBuffer, text: string, encoding: string) => {
    const hmac = createHmac("sha256", typeof key === "string" ? key : new Uint8Array(key)).update(
      text,
    );
    return encoding === "hex" ? hmac.digest("hex") : new Uint8Array(hmac.digest()).buffer;
  },
  randomBytes: (size: number) => new Uint8Array(size).buffer,
};

describe("aws", () => {
  type Client = Record<string, (...args: unknown[]) => Promise<unknown>>;
  type Library = Record<string, new (...args: unknown[]) => Client>;
  const config = {
    region: "us-east-1",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };

  async function aws(answer?: unknown) {
    const { sent, http } = fakeHttp(answer);
    const modules = {
      ...{ "k6/http": http, "k6/crypto": k6Crypto, "k6/execution": {} },
      "k6/metrics": { Rate: class {} },
    };
    const library = await loadLibrary<Library>(`${host}/aws/0.13.0/aws.js`, modules);
    return { sent, library, config: new library.AWSConfig!(config) };
  }

  // The examples of AWS's documentation of S3: "Authenticating Requests", GET object and presigned.
  test("signs as AWS's own example does", async () => {
    const { library } = await aws();
    const signing = {
      service: "s3",
      region: "us-east-1",
      credentials: config,
      uriEscapePath: false,
    };
    const signer = new library.SignatureV4!(signing) as unknown as Record<string, CallableFunction>;
    const request = {
      method: "GET",
      protocol: "https",
      hostname: "examplebucket.s3.amazonaws.com",
      path: "/test.txt",
    };
    const signingDate = new Date("2013-05-24T00:00:00Z");
    const signed = signer.sign!({ ...request, headers: { Range: "bytes=0-9" } }, { signingDate });
    expect(signed.url).toBe("https://examplebucket.s3.amazonaws.com/test.txt");
    expect(signed.headers.authorization).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, " +
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
    const headers = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    const options = {
      ...{ signingDate, expiresIn: 86400 },
      unhoistableHeaders: new Set(["x-amz-content-sha256"]),
      unsignableHeaders: new Set(["x-amz-content-sha256"]),
    };
    expect(signer.presign!({ ...request, headers }, options).url).toEndWith(
      "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404&X-Amz-SignedHeaders=host",
    );
    const tooLong = await caught(() =>
      signer.presign!({ ...request, headers }, { expiresIn: 1e6 }),
    );
    expect(tooLong).toMatchObject({ name: "InvalidSignatureError" });
  });

  test("S3 lists what is in a bucket", async () => {
    const body =
      '<?xml version="1.0"?><ListBucketResult><Name>b</Name><Contents><Key>a &amp; b</Key>' +
      "<LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>" +
      "<Size>5</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>";
    const {
      sent,
      library,
      config: own,
    } = await aws({ status: 200, error: "", error_code: 0, body });
    const objects = await new library.S3Client!(own).listObjects!("b", "a");
    expect(objects).toEqual([
      {
        ...{ key: "a & b", lastModified: Date.UTC(2024, 0, 1), etag: '"e"', size: 5 },
        ...{ storageClass: "STANDARD", data: undefined },
      },
    ]);
    expect(sent[0]!.url).toBe("https://b.s3.us-east-1.amazonaws.com/?list-type=2&prefix=a");
  });

  test("S3 says what went wrong", async () => {
    const body = "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>";
    const { library, config: own } = await aws({ status: 404, error: "x", error_code: 1404, body });
    expect(await caught(new library.S3Client!(own).getObject!("b", "k"))).toMatchObject({
      ...{ name: "S3ServiceError", code: "NoSuchKey", operation: "GetObject" },
      message: "no such key",
    });
  });

  const ok = (json: unknown) => ({
    ...{ status: 200, error: "", error_code: 0, body: "x", headers: {} },
    json: () => json,
  });

  interface JsonCase {
    readonly client: string;
    readonly method: string;
    readonly args: readonly unknown[];
    readonly target: string;
    readonly body: object;
    readonly answer: object;
    readonly wanted: object;
  }
  test.each<JsonCase>([
    {
      client: "SecretsManagerClient",
      method: "getSecret",
      args: ["id"],
      target: "secretsmanager.GetSecretValue",
      body: { SecretId: "id" },
      answer: { Name: "n", ARN: "a", SecretString: "s" },
      wanted: { name: "n", arn: "a", secret: "s" },
    },
    {
      client: "SystemsManagerClient",
      method: "getParameter",
      args: ["p"],
      target: "AmazonSSM.GetParameter",
      body: { Name: "p", WithDecryption: false },
      answer: { Parameter: { Name: "p", Value: "v" } },
      wanted: { name: "p", value: "v" },
    },
    {
      client: "KMSClient",
      method: "listKeys",
      args: [],
      target: "TrentService.ListKeys",
      body: {},
      answer: { Keys: [{ KeyArn: "a", KeyId: "i" }] },
      wanted: [{ keyArn: "a", keyId: "i" }],
    },
    {
      client: "SQSClient",
      method: "sendMessage",
      args: ["u", "b", { delaySeconds: 1 }],
      target: "AmazonSQS.SendMessage",
      body: { QueueUrl: "u", MessageBody: "b", DelaySeconds: 1 },
      answer: { MessageId: "1", MD5OfMessageBody: "m" },
      wanted: { id: "1", bodyMD5: "m" },
    },
    {
      client: "KinesisClient",
      method: "listShards",
      args: ["s"],
      target: "Kinesis_20131202.ListShards",
      body: { StreamName: "s" },
      answer: { Shards: [] },
      wanted: { Shards: [] },
    },
    {
      client: "EventBridgeClient",
      method: "putEvents",
      args: [{ Entries: [{ Source: "s", Detail: { a: 1 } }] }],
      target: "AWSEvents.PutEvents",
      body: { Entries: [{ Source: "s", Detail: '{"a":1}' }] },
      answer: { FailedEntryCount: 0 },
      wanted: { FailedEntryCount: 0 },
    },
  ])("$client.$method() speaks JSON", async (json) => {
    const { sent, library, config: own } = await aws(ok(json.answer));
    const given = await new library[json.client]!(own)[json.method]!(...json.args);
    expect(given).toMatchObject(json.wanted);
    expect(JSON.parse(String(sent[0]!.body))).toEqual(json.body);
    expect(sent[0]!.params.headers).toMatchObject({ "X-Amz-Target": json.target });
    expect(sent[0]!.params.headers.authorization).toStartWith("AWS4-HMAC-SHA256 Credential=AKIA");
  });

  test("a function is invoked, and its failure has its name", async () => {
    const { sent, library, config: own } = await aws(ok({ answer: 1 }));
    const lambda = new library.LambdaClient!(own);
    const input = { FunctionName: "f", Payload: { a: 1 }, Qualifier: "v1" };
    expect(await lambda.invoke!(input)).toEqual({ answer: 1 });
    expect(sent[0]!.url).toEndWith("/2015-03-31/functions/f/invocations?Qualifier=v1");
    const failed = {
      ...{ ...ok({ Message: "no f", __type: "x#ResourceNotFoundException" }), status: 404 },
      error_code: 1404,
    };
    const other = await aws(failed);
    const error = await caught(new other.library.LambdaClient!(other.config).invoke!(input));
    expect(error).toMatchObject({
      ...{ name: "LambdaServiceError", code: "ResourceNotFoundException", message: "no f" },
    });
  });

  test("keys that cannot be are refused", async () => {
    const { library } = await aws();
    const error = await caught(() => new library.AWSConfig!({ ...config, accessKeyId: "short" }));
    expect(messageOf(error)).toBe(
      "Cannot use an AWS access key id of 5 characters: it has 16 to 128",
    );
  });
});
