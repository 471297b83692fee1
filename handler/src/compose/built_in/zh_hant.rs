//! Chinese in traditional characters.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "請勿將此驗證碼告訴任何人。如果不是您本人要求，請忽略這封電子郵件。";

pub(super) const TEXTS: Texts = Texts {
    locale: "zh-Hant",
    right_to_left: false,
    sms: Sms {
        confirm_account: "您的帳號驗證碼是 {code}，請勿告訴任何人。",
        reset_password: "您的密碼重設驗證碼是 {code}，請勿告訴任何人。",
        verify_phone_number: "您的手機號碼驗證碼是 {code}，請勿告訴任何人。",
        invitation: "使用者名稱：{user_name}\n臨時密碼：{code}",
        sign_in: "您的登入驗證碼是 {code}，請勿告訴任何人。",
        notice: "您的帳號有異常登入。如果不是您本人，請立即變更密碼。",
    },
    email: Email {
        confirm_account: Mail {
            subject: "確認您的帳號",
            lead: "請輸入以下驗證碼以確認您的帳號：",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "重設您的密碼",
            lead: "請輸入以下驗證碼以重設您的密碼：",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "驗證您的電子郵件地址",
            lead: "請輸入以下驗證碼以驗證您的電子郵件地址：",
            note: KEEP,
        },
        invitation: Mail {
            subject: "您的新帳號",
            lead: "我們已為您建立帳號，請使用以下資料登入：",
            note: "登入後，系統會請您設定新的密碼。",
        },
        sign_in: Mail {
            subject: "您的登入驗證碼",
            lead: "請輸入以下驗證碼以登入：",
            note: "請勿將此驗證碼告訴任何人。如果您並未嘗試登入，請變更密碼。",
        },
        notice: Mail {
            subject: "您的帳號有異常登入",
            lead: "我們發現您的帳號有異常登入：",
            note: "如果不是您本人，請立即變更密碼。",
        },
        labels: Labels {
            colon: "：",
            user_name: "使用者名稱",
            temporary_password: "臨時密碼",
            time: "時間",
            ip_address: "IP 位址",
            city: "城市",
            country: "國家／地區",
            device: "裝置",
            it_was_me: "是我本人",
            it_was_not_me: "不是我本人",
        },
    },
};
