//! Arabic, which is written from right to left.
//!
//! A password may begin or end with a sign that has no direction of its own; on a line of its own it is shown as it is.

use super::{Email, Labels, Mail, Sms, Texts};

const KEEP: &str = "لا تشارك هذا الرمز مع أي شخص. إذا لم تطلبه، فتجاهل هذه الرسالة.";

pub(super) const TEXTS: Texts = Texts {
    locale: "ar",
    right_to_left: true,
    sms: Sms {
        confirm_account: "رمز تأكيد حسابك هو {code}. لا تشاركه مع أحد.",
        reset_password: "رمز تغيير كلمة المرور هو {code}. لا تشاركه مع أحد.",
        verify_phone_number: "رمز تأكيد رقم هاتفك هو {code}. لا تشاركه مع أحد.",
        invitation: "المستخدم:\n{user_name}\nكلمة المرور:\n{code}",
        sign_in: "رمز تسجيل الدخول هو {code}. لا تشاركه مع أحد.",
        notice: "تسجيل دخول غير معتاد إلى حسابك. إذا لم تكن أنت، فغيّر كلمة المرور.",
    },
    email: Email {
        confirm_account: Mail {
            subject: "تأكيد حسابك",
            lead: "أدخل هذا الرمز لتأكيد حسابك:",
            note: KEEP,
        },
        reset_password: Mail {
            subject: "تغيير كلمة المرور",
            lead: "أدخل هذا الرمز لتغيير كلمة المرور:",
            note: KEEP,
        },
        verify_address: Mail {
            subject: "تأكيد بريدك الإلكتروني",
            lead: "أدخل هذا الرمز لتأكيد عنوان بريدك الإلكتروني:",
            note: KEEP,
        },
        invitation: Mail {
            subject: "حسابك الجديد",
            lead: "تم إنشاء حساب لك. سجّل الدخول بهذه البيانات:",
            note: "بعد ذلك سيُطلب منك اختيار كلمة مرور خاصة بك.",
        },
        sign_in: Mail {
            subject: "رمز تسجيل الدخول",
            lead: "أدخل هذا الرمز لتسجيل الدخول:",
            note: "لا تشارك هذا الرمز مع أي شخص. إذا لم تكن تحاول تسجيل الدخول، فغيّر كلمة المرور.",
        },
        notice: Mail {
            subject: "تسجيل دخول غير معتاد إلى حسابك",
            lead: "لاحظنا تسجيل دخول غير معتاد إلى حسابك:",
            note: "إذا لم تكن أنت من قام بذلك، فغيّر كلمة المرور الآن.",
        },
        labels: Labels {
            colon: ": ",
            user_name: "اسم المستخدم",
            temporary_password: "كلمة المرور المؤقتة",
            time: "الوقت",
            ip_address: "عنوان IP",
            city: "المدينة",
            country: "البلد",
            device: "الجهاز",
            it_was_me: "نعم، كنت أنا",
            it_was_not_me: "لا، لم أكن أنا",
        },
    },
};
