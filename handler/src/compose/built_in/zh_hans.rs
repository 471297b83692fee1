//! Chinese in simplified characters.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "请勿将此验证码告诉任何人。如果不是您本人操作，请忽略这封邮件。";

pub(super) const TEXTS: Texts = Texts {
    locale: "zh-Hans",
    right_to_left: false,
    sms: Sms {
        confirm_account: "您的账号验证码是 {code}，请勿告诉任何人。",
        reset_password: "您的密码重置验证码是 {code}，请勿告诉任何人。",
        verify_phone_number: "您的手机号验证码是 {code}，请勿告诉任何人。",
        invitation: "用户名：{user_name}\n临时密码：{code}",
        sign_in: "您的登录验证码是 {code}，请勿告诉任何人。",
        notice: "您的账号有异常登录。如果不是您本人操作，请立即修改密码。",
    },
    email: Email {
        confirm_account: Mail {
            subject: "确认您的账号",
            lead: "请输入以下验证码以确认您的账号：",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "重置您的密码",
            lead: "请输入以下验证码以重置您的密码：",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "验证您的邮箱地址",
            lead: "请输入以下验证码以验证您的邮箱地址：",
            note: KEEP,
        },
        invitation: Mail {
            subject: "您的新账号",
            lead: "我们已为您创建账号，请使用以下信息登录：",
            note: "登录后，系统会请您设置新密码。",
        },
        sign_in: Mail {
            subject: "您的登录验证码",
            lead: "请输入以下验证码以登录：",
            note: "请勿将此验证码告诉任何人。如果您没有尝试登录，请修改密码。",
        },
        notice: Mail {
            subject: "您的账号有异常登录",
            lead: "我们发现您的账号有异常登录：",
            note: "如果不是您本人操作，请立即修改密码。",
        },
        labels: Labels {
            colon: "：",
            user_name: "用户名",
            temporary_password: "临时密码",
            time: "时间",
            ip_address: "IP 地址",
            city: "城市",
            country: "国家/地区",
            device: "设备",
            it_was_me: "是我本人",
            it_was_not_me: "不是我本人",
        },
    },
};
