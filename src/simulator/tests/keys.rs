//! API keys that are revoked or lack rights.

use super::*;

fn with_key(mut request: Request, key: &str) -> Request {
    request.api_key = Some(key.to_owned());
    request
}

#[test]
fn a_revoked_key_is_refused_until_it_is_restored_and_others_are_not() {
    let mut shop = Shop::open();
    let list = Request::get("/v1/payment_intents");
    let (old, new) = (with_key(list.clone(), "rk_test_old"), with_key(list, "rk_test_new"));
    shop.model.revoke_key(Some("rk_test_old"));
    assert_refused(&shop.call(&old), 401, "api_key_expired");
    assert_eq!(shop.call(&new).status, 200);
    shop.model.restore_key(Some("rk_test_old"));
    assert_eq!(shop.call(&old).status, 200);
    shop.model.revoke_key(None);
    assert_eq!((shop.call(&old).status, shop.call(&new).status), (401, 401));
    shop.model.restore_key(Some("rk_test_new"));
    assert_eq!((shop.call(&old).status, shop.call(&new).status), (401, 200));
    shop.model.restore_key(None);
    assert_eq!(shop.call(&old).status, 200);
}

#[test]
fn a_key_that_lacks_a_right_is_told_its_name_before_anything_is_looked_for() {
    let mut shop = Shop::open();
    let intent = shop.authorized();
    let lacks = |names: &str| names.split(',').map(|name| name.parse().unwrap()).collect();
    shop.model.limit_key(None, &lacks("captures,refunds_write"));
    let refused = shop.act(&intent, "capture", &[]);
    assert_eq!((refused.status, refused.error_code()), (403, None));
    let message = refused.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("'rak_payment_intent_write'"), "{message}");
    assert_eq!(shop.act("pi_none", "capture", &[]).status, 403);
    assert_eq!(shop.post("/v1/refunds", &[("payment_intent", &intent)]).status, 403);
    assert_eq!(shop.status(&intent), "requires_capture");
    assert_eq!(shop.call(&create_request()).status, 200);
    shop.model.limit_key(None, &lacks("charges_read"));
    let expand = [("expand[]", "latest_charge")];
    let path = format!("/v1/payment_intents/{intent}");
    assert_eq!(shop.call(&Request::get(&path).with(&expand)).status, 403);
    assert_eq!(shop.call(&Request::get(&path)).status, 200);
    shop.model.restore_key(None);
    assert_eq!(shop.act(&intent, "capture", &[]).status, 200);
    assert!("everything".parse::<Right>().is_err());
}
