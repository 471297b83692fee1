//! The proxy, in every protocol that the deployer speaks.

use std::time::{Duration, Instant};

use aws_sdk_cloudformation::Client;

use super::refusal;
use crate::support::aws;
use crate::support::ministack::{self, Ministack};
use crate::support::proxy::{Effect, Proxy};

#[tokio::test]
async fn the_proxy_spoils_the_calls_that_it_is_told_to() {
    let account = ministack::account();
    let proxy = Proxy::before(Ministack::shared().address());
    let config = aws::config(&proxy.endpoint(), &account);
    let formation = Client::new(&config);
    let pools = aws_sdk_cognitoidentityprovider::Client::new(&config);

    proxy.on(
        "DescribeStacks",
        2..=2,
        Effect::Error {
            status: 400,
            code: "Throttling",
            message: "Rate exceeded",
        },
    );
    formation.describe_stacks().send().await.unwrap();
    formation.describe_stacks().send().await.unwrap();
    assert_eq!(proxy.count("DescribeStacks"), 3, "the SDK tried the second call again");

    proxy.refuse("DeleteUserPool", 400, "NotAuthorizedException", "no");
    let error = pools
        .delete_user_pool()
        .user_pool_id("us-west-2_AbCdEf123")
        .send()
        .await
        .unwrap_err();
    assert_eq!(refusal(&error), "NotAuthorizedException: no");

    // An answer that is lost: the SDK calls again, and two pools are there.
    proxy.on("CreateUserPool", 1..=1, Effect::DropAfter);
    pools.create_user_pool().pool_name("twice").send().await.unwrap();
    assert_eq!(
        pools
            .list_user_pools()
            .max_results(10)
            .send()
            .await
            .unwrap()
            .user_pools()
            .len(),
        2
    );
    proxy.on("CreateUserPool", 3..=3, Effect::DropBefore);
    pools.create_user_pool().pool_name("once").send().await.unwrap();
    proxy.on(
        "ListUserPools",
        2..=2,
        Effect::Rewrite(|body| body.replace("once", "else")),
    );
    let listed = pools.list_user_pools().max_results(10).send().await.unwrap();
    assert_eq!(listed.user_pools().len(), 3);
    assert!(listed.user_pools().iter().any(|pool| pool.name() == Some("else")));

    let s3 = aws::s3(&config);
    let bucket = format!("proxied-{account}");
    proxy.on(
        &format!("PUT /{bucket}/late"),
        1..=1,
        Effect::Delay(Duration::from_millis(200)),
    );
    aws::bucket(&s3, &bucket).await;
    let (began, body) = (Instant::now(), vec![7; 3_000_000]);
    s3.put_object()
        .bucket(&bucket)
        .key("late")
        .body(body.clone().into())
        .send()
        .await
        .unwrap();
    assert!(began.elapsed() >= Duration::from_millis(200));
    assert_eq!(
        s3.head_object()
            .bucket(&bucket)
            .key("late")
            .send()
            .await
            .unwrap()
            .content_length(),
        Some(3_000_000)
    );
    let back = s3
        .get_object()
        .bucket(&bucket)
        .key("late")
        .send()
        .await
        .unwrap()
        .body
        .collect()
        .await
        .unwrap();
    assert!(back.into_bytes() == body, "the body is not what went in");
    proxy.refuse("GET /proxied", 403, "AccessDenied", "Access Denied");
    let error = s3.get_object().bucket(&bucket).key("late").send().await.unwrap_err();
    assert_eq!(refusal(&error), "AccessDenied: Access Denied");
    assert!(proxy.calls().contains(&format!("HEAD /{bucket}/late")));
}
