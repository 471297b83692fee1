//! Korean.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "이 코드를 다른 사람에게 알려 주지 마세요. 요청하지 않았다면 이 이메일을 무시하셔도 됩니다.";

pub(super) const TEXTS: Texts = Texts {
    locale: "ko",
    right_to_left: false,
    sms: Sms {
        confirm_account: "계정 확인 코드는 {code}입니다. 다른 사람에게 알려 주지 마세요.",
        reset_password: "비밀번호 재설정 코드는 {code}입니다. 다른 사람에게 알려 주지 마세요.",
        verify_phone_number: "전화번호 인증 코드는 {code}입니다. 다른 사람에게 알려 주지 마세요.",
        invitation: "사용자 이름: {user_name}\n임시 비밀번호: {code}",
        sign_in: "로그인 코드는 {code}입니다. 다른 사람에게 알려 주지 마세요.",
        notice: "계정에 평소와 다른 로그인이 있었습니다. 본인이 아니라면 지금 바로 비밀번호를 변경하세요.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "계정을 확인해 주세요",
            lead: "계정을 확인하려면 다음 코드를 입력하세요.",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "비밀번호 재설정",
            lead: "비밀번호를 재설정하려면 다음 코드를 입력하세요.",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "이메일 주소 인증",
            lead: "이메일 주소를 인증하려면 다음 코드를 입력하세요.",
            note: KEEP,
        },
        invitation: Mail {
            subject: "새 계정 안내",
            lead: "계정이 만들어졌습니다. 다음 정보로 로그인하세요.",
            note: "로그인한 뒤 새 비밀번호를 설정하게 됩니다.",
        },
        sign_in: Mail {
            subject: "로그인 코드",
            lead: "로그인하려면 다음 코드를 입력하세요.",
            note: "이 코드를 다른 사람에게 알려 주지 마세요. 로그인을 시도하지 않았다면 비밀번호를 변경하세요.",
        },
        notice: Mail {
            subject: "평소와 다른 로그인 알림",
            lead: "계정에 평소와 다른 로그인이 있었습니다.",
            note: "본인이 아니라면 지금 바로 비밀번호를 변경하세요.",
        },
        labels: Labels {
            colon: ": ",
            user_name: "사용자 이름",
            temporary_password: "임시 비밀번호",
            time: "시간",
            ip_address: "IP 주소",
            city: "도시",
            country: "국가",
            device: "기기",
            it_was_me: "본인이 맞습니다",
            it_was_not_me: "본인이 아닙니다",
        },
    },
};
