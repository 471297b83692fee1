// Writes messages of the AWS Encryption SDK for JavaScript, under data keys that stand beside them, to the file
// that the argument names; javascript.json beside encrypt.py is one such file. Every run gives other keys and bytes.
// The messages look as Cognito's do (suite 0x0378, one data key of provider `aws-kms`, context `userpool-id`), and
// each that is to be refused differs in one thing. This SDK cannot leave a message unframed.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  EncryptedDataKey,
  KeyringNode,
  KeyringTraceFlag,
  MultiKeyringNode,
  unwrapDataKey,
} from "@aws-crypto/client-node";

const POOL = "eu-west-1_AbCdEf123";
const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const PREVIOUS = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
const OTHER = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const SIGNED = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384;
const COMMITTED = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
const NOT_SIGNED = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA256;
const COMMITTED_NOT_SIGNED = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
const OF_192_BITS = AlgorithmSuiteIdentifier.ALG_AES192_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384;

// Stands for a KMS key: what it "encrypts" is random, and written down.
class Local extends KeyringNode {
  constructor(keyArn, provider) {
    super();
    Object.assign(this, { keyArn, provider });
  }

  async _onEncrypt(material) {
    const trace = { keyNamespace: this.provider, keyName: this.keyArn };
    if (!material.hasUnencryptedDataKey) {
      const dataKey = randomBytes(material.suite.keyLengthBytes);
      material.setUnencryptedDataKey(dataKey, { ...trace, flags: KeyringTraceFlag.WRAPPING_KEY_GENERATED_DATA_KEY });
    }
    this.dataKey = Buffer.from(unwrapDataKey(material.getUnencryptedDataKey()));
    this.wrapped = randomBytes(64);
    const encrypted = { providerId: this.provider, providerInfo: this.keyArn, encryptedDataKey: this.wrapped };
    return material.addEncryptedDataKey(new EncryptedDataKey(encrypted), KeyringTraceFlag.WRAPPING_KEY_ENCRYPTED_DATA_KEY);
  }

  async _onDecrypt() {
    throw new Error("this keyring makes fixtures: it encrypts and never decrypts");
  }
}

async function message(name, text, options = {}) {
  const { suite = SIGNED, context = { "userpool-id": POOL }, keys = [KEY], provider = "aws-kms", frameLength = 4096 } = options;
  const committing = suite === COMMITTED || suite === COMMITTED_NOT_SIGNED;
  const { encrypt } = buildClient(
    committing ? CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT : CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
  );
  const [generator, ...children] = keys.map((key) => new Local(key, provider));
  const keyring = children.length ? new MultiKeyringNode({ generator, children }) : generator;
  const { result, messageHeader } = await encrypt(keyring, Buffer.from(text), {
    suiteId: suite,
    encryptionContext: context,
    frameLength,
  });
  const pairs = Object.entries(messageHeader.encryptionContext).sort();
  return {
    name,
    text: typeof text === "string" ? text : null,
    pool: POOL,
    context: Object.fromEntries(pairs),
    data_keys: [generator, ...children].map((key) => ({
      key_arn: key.keyArn,
      wrapped: key.wrapped.toString("base64"),
      data_key: key.dataKey.toString("base64"),
    })),
    message: result.toString("base64"),
  };
}

const messages = [
  await message("signed", "123456"),
  await message("committed", "12345678", { suite: COMMITTED }),
  await message("escaped password", "a&lt;b&amp;amp;c&quot;7"),
  await message("several frames", "correct horse battery staple ".repeat(10), { frameLength: 128 }),
  await message("several committed frames", "correct horse battery staple ".repeat(10), { suite: COMMITTED, frameLength: 128 }),
  await message("full last frame", "0123456789abcdef".repeat(8), { frameLength: 128 }),
  await message("refused: empty", ""),
  await message("previous key", "123456", { keys: [PREVIOUS] }),
  await message("a stranger's key beside ours", "123456", { keys: [OTHER, KEY] }),
  await message("more context", "123456", { context: { "userpool-id": POOL, a: "b", z: "é" } }),
  await message("refused: both keys of the stack", "123456", { keys: [KEY, PREVIOUS] }),
  await message("refused: a stranger's key", "123456", { keys: [OTHER] }),
  await message("refused: other provider", "123456", { provider: "raw" }),
  await message("refused: other pool", "123456", { context: { "userpool-id": `${POOL}4` } }),
  await message("refused: no pool", "123456", { context: {} }),
  await message("refused: not signed", "123456", { suite: NOT_SIGNED }),
  await message("refused: committed, not signed", "123456", { suite: COMMITTED_NOT_SIGNED }),
  await message("refused: 192 bits", "123456", { suite: OF_192_BITS }),
  await message("refused: not text", Buffer.from([0xff, 0xfe])),
  await message("refused: too many frames", "x".repeat(65 * 128), { frameLength: 128 }),
];

const fixture = { key_arn: KEY, previous_key_arn: PREVIOUS, messages };
writeFileSync(process.argv[2], `${JSON.stringify(fixture, null, 1)}\n`);
