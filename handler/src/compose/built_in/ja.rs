//! Japanese.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "このコードは誰にも教えないでください。お心当たりがない場合は、このメールを無視してください。";

pub(super) const TEXTS: Texts = Texts {
    locale: "ja",
    right_to_left: false,
    sms: Sms {
        confirm_account: "アカウントの確認コードは {code} です。誰にも教えないでください。",
        reset_password: "パスワード再設定の確認コードは {code} です。誰にも教えないでください。",
        verify_phone_number: "電話番号の確認コードは {code} です。誰にも教えないでください。",
        invitation: "ユーザー名: {user_name}\n仮パスワード: {code}",
        sign_in: "ログイン用の確認コードは {code} です。誰にも教えないでください。",
        notice: "アカウントに通常とは異なるログインがありました。お心当たりがない場合は、すぐにパスワードを変更してください。",
    },
    email: Email {
        confirm_account: Mail {
            subject: "アカウントの確認",
            lead: "アカウントを確認するには、次のコードを入力してください。",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "パスワードの再設定",
            lead: "パスワードを再設定するには、次のコードを入力してください。",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "メールアドレスの確認",
            lead: "メールアドレスを確認するには、次のコードを入力してください。",
            note: KEEP,
        },
        invitation: Mail {
            subject: "アカウント作成のお知らせ",
            lead: "アカウントが作成されました。次の情報でログインしてください。",
            note: "ログイン後、新しいパスワードの設定が必要です。",
        },
        sign_in: Mail {
            subject: "ログイン用の確認コード",
            lead: "ログインするには、次のコードを入力してください。",
            note: "このコードは誰にも教えないでください。ログインしようとしていない場合は、パスワードを変更してください。",
        },
        notice: Mail {
            subject: "通常とは異なるログインがありました",
            lead: "アカウントに通常とは異なるログインがありました。",
            note: "お心当たりがない場合は、すぐにパスワードを変更してください。",
        },
        labels: Labels {
            colon: "：",
            user_name: "ユーザー名",
            temporary_password: "仮パスワード",
            time: "日時",
            ip_address: "IP アドレス",
            city: "市区町村",
            country: "国",
            device: "デバイス",
            it_was_me: "自分のログインです",
            it_was_not_me: "自分のログインではありません",
        },
    },
};
