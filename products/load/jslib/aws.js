import {
  AWSConfig,
  assertAnswered,
  InvalidAWSConfigError,
  JsonClient,
  ServiceClient,
  serviceErrorOf,
} from "./aws-client.js";
import { uuidv4 } from "./k6-toolbox.js";

// Stands in for https://jslib.k6.io/aws/<version>/aws.js and the files of its single services
// (https://grafana.com/docs/k6/latest/javascript-api/jslib/aws). Here are the services that speak
// JSON.

export { S3Bucket, S3Client, S3Object, S3ServiceError } from "./aws-s3.js";
export {
  AMZ_CONTENT_SHA256_HEADER,
  AWSError,
  Endpoint,
  InvalidSignatureError,
  SignatureV4,
  UNSIGNED_PAYLOAD,
} from "./aws-signature.js";
export { AWSConfig, InvalidAWSConfigError };

export const EventBridgeServiceError = serviceErrorOf("EventBridgeServiceError");
export const KMSServiceError = serviceErrorOf("KMSServiceError");
export const KinesisServiceError = serviceErrorOf("KinesisServiceError");
export const LambdaServiceError = serviceErrorOf("LambdaServiceError");
export const SQSServiceError = serviceErrorOf("SQSServiceError");
export const SecretsManagerServiceError = serviceErrorOf("SecretsManagerServiceError");
export const SystemsManagerServiceError = serviceErrorOf("SystemsManagerServiceError");

export class Secret {
  constructor(name, arn, secret, createdDate, lastAccessedDate, lastChangedDate, tags = []) {
    Object.assign(this, {
      name,
      arn,
      secret,
      createdDate,
      lastAccessedDate,
      lastChangedDate,
      tags,
    });
  }

  static fromJSON(json) {
    const { Name, ARN, SecretString, CreatedDate, LastAccessedDate, LastChangedDate, Tags } = json;
    return new Secret(
      Name,
      ARN,
      SecretString,
      CreatedDate,
      LastAccessedDate,
      LastChangedDate,
      Tags,
    );
  }
}

export class SecretsManagerClient {
  #json;

  constructor(config) {
    const signing = { service: "secretsmanager", applyChecksum: false };
    const protocol = { target: "secretsmanager", version: "1.1" };
    this.#json = new JsonClient(config, {
      ...signing,
      ...protocol,
      ServiceError: SecretsManagerServiceError,
    });
  }

  async listSecrets() {
    const { SecretList } = await this.#json.call("ListSecrets", {});
    return SecretList.map(Secret.fromJSON);
  }

  async getSecret(id) {
    return Secret.fromJSON(await this.#json.call("GetSecretValue", { SecretId: id }));
  }

  async createSecret(name, secret, description, versionId = uuidv4(true), tags = undefined) {
    const made = { Name: name, Description: description, SecretString: secret, Tags: tags };
    const body = { ...made, ClientRequestToken: versionId };
    return Secret.fromJSON(await this.#json.call("CreateSecret", body));
  }

  async putSecretValue(id, secret, versionId = uuidv4(true)) {
    const body = { SecretId: id, SecretString: secret, ClientRequestToken: versionId };
    return Secret.fromJSON(await this.#json.call("PutSecretValue", body));
  }

  /** After `recoveryWindow` days, or with `noRecovery` at once. */
  async deleteSecret(id, { recoveryWindow = 30, noRecovery = false } = {}) {
    const when = noRecovery
      ? { ForceDeleteWithoutRecovery: true }
      : { RecoveryWindowInDays: recoveryWindow };
    await this.#json.call("DeleteSecret", { SecretId: id, ...when });
  }
}

/** What getParameter() gives; it has itself as `parameter` too, as older versions had it. */
export class SystemsManagerParameter {
  constructor({
    ARN,
    DataType,
    LastModifiedDate,
    Name,
    Selector,
    SourceResult,
    Type,
    Value,
    Version,
  }) {
    Object.assign(this, {
      arn: ARN,
      dataType: DataType,
      lastModifiedDate: LastModifiedDate,
      name: Name,
      selector: Selector,
      sourceResult: SourceResult,
      type: Type,
      value: Value,
      version: Version,
    });
  }

  static fromJSON(json) {
    return new SystemsManagerParameter(json.Parameter ?? json);
  }
}

export class SystemsManagerClient {
  #json;

  constructor(config) {
    const protocol = { target: "AmazonSSM", version: "1.1" };
    this.#json = new JsonClient(config, {
      service: "ssm",
      ...protocol,
      ServiceError: SystemsManagerServiceError,
    });
  }

  async getParameter(name, withDecryption = false) {
    const body = { Name: name, WithDecryption: withDecryption };
    return SystemsManagerParameter.fromJSON(await this.#json.call("GetParameter", body));
  }
}

export class KMSKey {
  constructor(keyArn, keyId) {
    Object.assign(this, { keyArn, keyId });
  }

  static fromJSON({ KeyArn, KeyId }) {
    return new KMSKey(KeyArn, KeyId);
  }
}

export class KMSDataKey {
  /** The blobs are in base64. */
  constructor(id, ciphertextBlob, plaintext) {
    Object.assign(this, { id, ciphertextBlob, plaintext });
  }

  static fromJSON({ KeyId, CiphertextBlob, Plaintext }) {
    return new KMSDataKey(KeyId, CiphertextBlob, Plaintext);
  }
}

export class KMSClient {
  #json;

  constructor(config) {
    const protocol = { target: "TrentService", version: "1.1" };
    this.#json = new JsonClient(config, {
      service: "kms",
      ...protocol,
      ServiceError: KMSServiceError,
    });
  }

  async listKeys() {
    const { Keys } = await this.#json.call("ListKeys", {});
    return Keys.map(KMSKey.fromJSON);
  }

  async generateDataKey(id, size = 32) {
    const body = { KeyId: id, NumberOfBytes: size };
    return KMSDataKey.fromJSON(await this.#json.call("GenerateDataKey", body));
  }
}

/** Requests and answers are as in Kinesis's own API. */
export class KinesisClient {
  #json;

  constructor(config) {
    const protocol = { target: "Kinesis_20131202", version: "1.1" };
    this.#json = new JsonClient(config, {
      service: "kinesis",
      ...protocol,
      ServiceError: KinesisServiceError,
    });
  }

  async createStream(name, options = {}) {
    await this.#json.call("CreateStream", named(name, options));
  }

  async deleteStream(name, options = {}) {
    await this.#json.call("DeleteStream", named(name, options));
  }

  async listStreams(request = {}) {
    return await this.#json.call("ListStreams", request);
  }

  async putRecords(request) {
    return await this.#json.call("PutRecords", request);
  }

  async getRecords(request) {
    return await this.#json.call("GetRecords", request);
  }

  async listShards(name, options = {}) {
    return await this.#json.call("ListShards", named(name, options));
  }

  async getShardIterator(...args) {
    const [name, ShardId, ShardIteratorType, options = {}] = args;
    const spelt = { StreamName: name, ShardId, ShardIteratorType, ...options };
    return await this.#json.call("GetShardIterator", args.length > 1 ? spelt : name);
  }

  async subscribeToShard(request) {
    return await this.#json.call("SubscribeToShard", request);
  }
}

/** A stream's name with options, or all of the request. */
function named(name, options) {
  return typeof name === "string" ? { StreamName: name, ...options } : name;
}

export class EventBridgeClient {
  #json;

  constructor(config) {
    const signing = { service: "events", applyChecksum: false };
    const protocol = { target: "AWSEvents", version: "1.1" };
    this.#json = new JsonClient(config, {
      ...signing,
      ...protocol,
      ServiceError: EventBridgeServiceError,
    });
  }

  /** As in EventBridge's own API, but each entry's Detail is an object. */
  async putEvents(input) {
    const entry = ({ Detail, ...rest }) => ({ ...rest, Detail: JSON.stringify(Detail) });
    return await this.#json.call("PutEvents", { ...input, Entries: input.Entries.map(entry) });
  }
}

export class LambdaClient {
  #client;

  constructor(config) {
    this.#client = new ServiceClient(config, { service: "lambda", applyChecksum: false });
  }

  /** What the function gave; undefined for an InvocationType of "Event". */
  async invoke(input) {
    const { FunctionName, InvocationType = "RequestResponse", LogType = "None" } = input;
    const headers = {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Invocation-Type": InvocationType,
      "X-Amz-Log-Type": LogType,
    };
    if (input.ClientContext) headers["X-Amz-Client-Context"] = input.ClientContext;
    const response = await this.#client.send({
      method: "POST",
      endpoint: this.#client.endpoint,
      path: `/2015-03-31/functions/${FunctionName}/invocations`,
      ...(input.Qualifier && { query: { Qualifier: input.Qualifier } }),
      headers,
      body: JSON.stringify(input.Payload ?? ""),
    });
    assertAnswered(response, { operation: "Invoke", ServiceError: LambdaServiceError });
    return InvocationType === "Event" || !response.body ? undefined : response.json();
  }
}

export class SQSClient {
  #json;

  constructor(config) {
    const protocol = { target: "AmazonSQS", version: "1.0" };
    this.#json = new JsonClient(config, {
      service: "sqs",
      ...protocol,
      ServiceError: SQSServiceError,
    });
  }

  async sendMessage(queueUrl, messageBody, options) {
    const body = { QueueUrl: queueUrl, ...messageOf(messageBody, options) };
    return sentOf(await this.#json.call("SendMessage", body));
  }

  /** Entries have messageId, messageBody and messageOptions. */
  async sendMessageBatch(queueUrl, entries) {
    const Entries = entries.map(({ messageId, messageBody, messageOptions }) => ({
      ...messageOf(messageBody, messageOptions),
      Id: messageId,
    }));
    const answer = await this.#json.call("SendMessageBatch", { QueueUrl: queueUrl, Entries });
    const failure = ({ Message, Code }) => new SQSServiceError(Message, Code, "SendMessageBatch");
    return {
      successful: (answer.Successful ?? []).map(sentOf),
      failed: (answer.Failed ?? []).map(failure),
    };
  }

  async receiveMessages(queueUrl, options = {}) {
    const { maxNumberOfMessages = 1, visibilityTimeout = 30, waitTimeSeconds = 10 } = options;
    const { messageAttributeNames = ["All"], messageSystemAttributeNames = ["All"] } = options;
    const { Messages = [] } = await this.#json.call("ReceiveMessage", {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: maxNumberOfMessages,
      VisibilityTimeout: visibilityTimeout,
      WaitTimeSeconds: waitTimeSeconds,
      MessageAttributeNames: messageAttributeNames,
      MessageSystemAttributeNames: messageSystemAttributeNames,
      ReceiveRequestAttemptId: options.receiveRequestAttemptId,
    });
    return Messages.map(receivedOf);
  }

  async deleteMessage(queueUrl, receiptHandle) {
    const body = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle };
    await this.#json.call("DeleteMessage", body);
  }

  async listQueues({ maxResults, nextToken, queueNamePrefix } = {}) {
    const answer = await this.#json.call("ListQueues", {
      MaxResults: maxResults,
      NextToken: nextToken,
      QueueNamePrefix: queueNamePrefix,
    });
    return { urls: answer.QueueUrls ?? [], nextToken: answer.NextToken };
  }
}

function messageOf(messageBody, options = {}) {
  const { messageDeduplicationId, messageGroupId, messageAttributes, delaySeconds } = options;
  const attribute = ([name, { type, value }]) => {
    return [name, { DataType: type, [type === "Binary" ? "BinaryValue" : "StringValue"]: value }];
  };
  return {
    MessageBody: messageBody,
    MessageDeduplicationId: messageDeduplicationId,
    MessageGroupId: messageGroupId,
    DelaySeconds: delaySeconds,
    ...(messageAttributes && {
      MessageAttributes: Object.fromEntries(Object.entries(messageAttributes).map(attribute)),
    }),
  };
}

function sentOf({ MessageId, MD5OfMessageBody }) {
  return { id: MessageId, bodyMD5: MD5OfMessageBody };
}

function receivedOf({ MessageId, MD5OfBody, ReceiptHandle, Body, Attributes, MessageAttributes }) {
  const common = { id: MessageId, bodyMD5: MD5OfBody, body: Body, receiptHandle: ReceiptHandle };
  return { ...common, attributes: Attributes, messageAttributes: MessageAttributes };
}
