// The handler that the benchmark measures ours against: what a team would write after AWS's sample, and no more.
// It has no templates, countries, failover, metrics or logs, all of which would cost it time.

import { buildClient, CommitmentPolicy, KmsKeyringNode } from "@aws-crypto/client-node";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";

const { decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT);
const keyring = new KmsKeyringNode({ keyIds: [process.env.KEY_ARN] });
const sns = new SNSClient({});

export async function handler(event) {
  const { plaintext, messageHeader } = await decrypt(keyring, Buffer.from(event.request.code, "base64"));
  if (messageHeader.encryptionContext["userpool-id"] !== event.userPoolId) {
    throw new Error("the code was encrypted for another user pool");
  }
  await sns.send(
    new PublishCommand({
      PhoneNumber: event.request.userAttributes.phone_number,
      Message: `${plaintext.toString("utf8")} is your code to confirm your account. Do not share it with anyone.`,
      MessageAttributes: { "AWS.SNS.SMS.SMSType": { DataType: "String", StringValue: "Transactional" } },
    }),
  );
}
