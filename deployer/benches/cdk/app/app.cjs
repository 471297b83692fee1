// What a stack of ours makes, as somebody would write it for AWS CDK: as many stacks as are asked for, in one app.
"use strict";

const { App, Duration, RemovalPolicy, Stack } = require("aws-cdk-lib/core");
const alarms = require("aws-cdk-lib/aws-cloudwatch");
const cognito = require("aws-cdk-lib/aws-cognito");
const iam = require("aws-cdk-lib/aws-iam");
const kms = require("aws-cdk-lib/aws-kms");
const lambda = require("aws-cdk-lib/aws-lambda");
const { SqsDestination } = require("aws-cdk-lib/aws-lambda-destinations");
const logs = require("aws-cdk-lib/aws-logs");
const sqs = require("aws-cdk-lib/aws-sqs");

/** A pool whose SMS messages a function of its own sends. */
class Acme extends Stack {
  constructor(app, name, { memory, ...props }) {
    super(app, name, props);
    const key = new kms.Key(this, "Key", {
      description: "Encrypts the codes that Amazon Cognito hands to its custom senders",
      enableKeyRotation: true,
      alias: `alias/${name}`,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const logGroup = new logs.LogGroup(this, "LogGroup", {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const queue = new sqs.Queue(this, "DeadLetterQueue", {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(4),
    });
    const role = new iam.Role(this, "FunctionRole", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["sns:Publish"],
        notResources: [`arn:${this.partition}:sns:*:*:*`],
        conditions: { StringEquals: { "aws:RequestedRegion": this.region } },
      }),
    );
    const handler = new lambda.Function(this, "Function", {
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      handler: "bootstrap",
      code: lambda.Code.fromAsset("handler.zip"),
      role,
      memorySize: memory,
      timeout: Duration.seconds(20),
      environment: {
        STACK_NAME: this.stackName,
        DEAD_LETTER_QUEUE_URL: queue.queueUrl,
        KEY_ARN: key.keyArn,
      },
      loggingFormat: lambda.LoggingFormat.JSON,
      applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
      logGroup,
      maxEventAge: Duration.seconds(150),
      retryAttempts: 1,
      onFailure: new SqsDestination(queue),
    });
    const pool = new cognito.UserPool(this, "Pool", {
      userPoolName: name,
      signInAliases: { phone: true },
      autoVerify: { phone: true },
      customSenderKmsKey: key,
      featurePlan: cognito.FeaturePlan.ESSENTIALS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pool.addTrigger(cognito.UserPoolOperation.CUSTOM_SMS_SENDER, handler);
    new iam.Policy(this, "DecryptPolicy", {
      roles: [role],
      statements: [
        new iam.PolicyStatement({
          actions: ["kms:Decrypt"],
          resources: [key.keyArn],
          conditions: { StringEquals: { "kms:EncryptionContext:userpool-id": pool.userPoolId } },
        }),
      ],
    });
    const alarm = (id, metric) =>
      metric.createAlarm(this, id, {
        threshold: 0,
        evaluationPeriods: 1,
        comparisonOperator: alarms.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: alarms.TreatMissingData.NOT_BREACHING,
      });
    const sum = (namespace, metricName, dimensionsMap) =>
      new alarms.Metric({ namespace, metricName, dimensionsMap, statistic: "Sum" });
    const ofFunction = { FunctionName: handler.functionName };
    alarm("DeadLetterAlarm", queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }));
    alarm("DestinationAlarm", sum("AWS/Lambda", "DestinationDeliveryFailures", ofFunction));
    alarm("ErrorAlarm", handler.metricErrors());
    alarm("ThrottleAlarm", handler.metricThrottles());
    alarm("SmsAlarm", sum("CognitoMessages", "Failed", { Stack: this.stackName, Channel: "sms" }));
  }
}

const { STACKS, MEMORY, CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION } = process.env;
const app = new App();
for (let number = 1; number <= Number(STACKS); number += 1) {
  new Acme(app, `cdk-${String(number).padStart(4, "0")}`, {
    env: { account: CDK_DEFAULT_ACCOUNT, region: CDK_DEFAULT_REGION },
    memory: Number(MEMORY),
  });
}
