/** echo.proto: what a client of the origin's gRPC port is made from. */
export const echoProto = `syntax = "proto3";

package echo;

service EchoService {
  // Answers with what it was sent.
  rpc Echo(EchoRequest) returns (EchoResponse);
  // The same for each message, in order.
  rpc StreamEcho(stream EchoRequest) returns (stream EchoResponse);
}

message EchoRequest {
  string message = 1;
  // Whatever the client likes.
  int64 timestamp = 2;
  // Other than 0: the call ends with that status (1 to 16), and without this message's answer.
  int32 response_code = 3;
}

message EchoResponse {
  string message = 1;
  // The request's timestamp.
  int64 request_timestamp = 2;
  // When the server answered, in ns since 1970.
  int64 response_timestamp = 3;
  string server_hostname = 4;
  // What the server was sent beside the message: of each name the first value, of names that end in
  // "-bin" as base64.
  map<string, string> metadata = 5;
  // "/echo.EchoService/Echo"
  string method = 6;
  int32 response_code = 7;
}
`;
