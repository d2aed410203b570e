"""The words by which mail programs and people mark what is quoted, who is quoted, and where a letter ends.

The languages are those of mail-parser-reply and quotequail, whose patterns were the oracle for these.
"""

import re

# One or more prefixes of a quoted line: ">", "> >", "JM>", "GvR>". A bare ">From " is a letter's own line, escaped by
# an mbox.
PREFIX = re.compile(r"(?!>+From )(?: ?(?:[A-Z][A-Za-z]{0,3})?>)+ ?|\| (?=[^|]*$)")

ODD_MARK = re.compile(r"[-=~]{0,2}[\])}|:#%!+](?=\s|\w|$)")  # before a quoted line: "--]", ")", "#", "|"

# A mark of the writer's own, where lines below each other begin with it: "Dana> ", "&> "; a bar, but no table's.
OWN_MARK = re.compile(r"([^\W\d_]{1,12}>|[&+*|]>|\|(?!\|))(?=\s|$|\[)")
ON_BEHALF = re.compile(r"\bOn Behalf Of(?: \S+)*$")  # a line of Outlook's header that is often broken here
MAILTO = re.compile(r"\[mailto:[^\]\s]+\]")

WROTE = re.compile(
    r"(?:^|[\s>)\"'\]])(?:wrote|writes|said|says|scribbled|schrieb|schreef|geschreven|a écrit|écrit|escribió|escreveu"
    r"|ha scritto|skrev|kirjoitti|napsala?(?:\(a\))?|napisała?(?:\(a\))?|írta|yazdı|писала?(?:\(а\))?|пишет|написала?"
    r"|写道|님이 작성)(?:[\s,(\[<].{0,80})?\s?[:：]\s*$",
    re.IGNORECASE,
)
# "* Theo Van Dinter <felicity@example.org> [2002-08-14]:", "Quoting Dana <dana@example.org>:"
NAMED = re.compile(
    r"^(?:\* ?|Quoting |Zitat von |Citando a? ?|Citeren )?[^:]{0,80}@.{0,80}:\s*$|^Quoting .{1,100}:\s*$"
)
# A name alone, right above a quote: "[Dana]", "[Dana Visser, on gutters]", "Dana Visser:", "Dana Visser asked:".
_NAME = r"[A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*)"
CALLED = re.compile(rf"\[{_NAME}{{0,3}}(?:, [^\[\]]{{1,50}})?\]$|{_NAME}{{1,3}}(?: [a-z]{{4,10}})?:$")
YOU_WROTE = re.compile(r"^(?:at|on|\S+day,?)\b.{4,60}[:,] ?you wrote ?:$|\byou wrote ?:$", re.IGNORECASE)
OPENER = re.compile(
    r"(?:On|At|Am|Op|Le|El|Il|Em|Den|Dne|Dnia|W dniu|Quoting|In article|In message|Once upon a time|Date:|\d|[*\"“])"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Di|Mi|Do|Fr|Sa|So|ma|di|wo|vr|za|zo)\w{0,8}[ ,.]"
)
# Strong enough to begin a quote that no ">" marks: a date, a person, and "wrote:"
DATED = re.compile(r"^(?:On|Am|Op|Le|El|Il|Em|Den|Dne|W dniu)\b.*\b\d{1,4}\b.*")

SEPARATOR = re.compile(
    r"^[-_*=~ ]{2,12}(?:begin )?(?:original|forward(?:ed)?|ursprüngliche|weitergeleitete|oorspronkelijke?"
    r"|doorgestuurde?"
    r"|message d.origine|message transféré|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)"
    r"|mensagem (?:original|encaminhada)|ursprungligt|vidarebefordrat|oprindelig|videresendt|původní|přeposlaná"
    r"|wiadomość oryginalna|przekazana wiadomość|alkuperäinen|edelleenlähetetty|исходное|пересылаемое|原始邮件|转发邮件"
    r"|元のメッセージ|원본 메일)\b.{0,100}$"
    r"|^(?:Begin forwarded message|Anfang der weitergeleiteten (?:E-?Mail|Nachricht)|Begin doorgestuurd bericht"
    r"|Début du message (?:réexpédié|transféré)|Inicio del mensaje reenviado|Inizio messaggio inoltrato)\s*:$",
    re.IGNORECASE,
)
SEPARATOR_END = re.compile(r"^[-_*= ]{2,12}end (?:of )?(?:the )?(?:original|forward)", re.IGNORECASE)
# The header of a quoted message as Outlook writes it, one pattern a role: three of them make one.
FIELD = re.compile(r"^\*{0,2}([^\W\d_][\w \-']{0,18}?) ?\*{0,2} ?[:：]\*{0,2}(?:\s|$)")
ROLES = {
    word: role
    for role, words in {
        "from": "from von van de da från fra od lähettäjä feladó expéditeur от 发件人 差出人",
        "when": "sent date gesendet datum verzonden envoyé enviado inviato data skickat sendt odesláno wysłano fecha"
        " päivämäärä lähetetty отправлено дата 发送时间 送信日時",
        "to": "to an aan à para a till til komu do vastaanottaja кому 收件人 宛先",
        "subject": "subject betreff onderwerp objet asunto oggetto assunto ämne emne předmět temat aihe тема 主题 件名",
        "more": "cc kopie kopi copie bcc reply-to sender message-id organization importance attachments",
    }.items()
    for word in words.split()
}

DASHES = frozenset(("--", "-- ", "—", "- --", "---", "____", "--=20", "=2d-"))
DIVIDER = re.compile(r"^[-_=*~#+. ]{8,}>?$|^-{6,} ?[^-]{1,40} ?-{6,}[~>-]*$")
SENT_FROM = re.compile(
    r"^(?:Sent (?:from|via|with) (?:my|the|an?|outlook|yahoo|mail|proton|samsung|gmail|android)\b"
    r"|Get (?:the )?Outlook (?:for|app)|Verzonden (?:vanaf|met|via|vanuit) |Verstuurd (?:vanaf|met|via) "
    r"|(?:Von meinem .{1,30} gesendet|Gesendet (?:von|mit) )|Envoyé (?:de(?:puis)?|à partir de|avec) "
    r"|Enviado (?:desde|do|pelo) |Inviato da|Skickat från|Sendt fra |Hent Outlook|Odesláno z |Wysłan[oe] z "
    r"|Lähetetty |Отправлено (?:с|из) |从我的|iPhoneから送信).{0,60}$",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"^(?:(?:with )?(?:(?:my |our )?(?:best|kind(?:est)?|warm(?:est)?|many)[ ,]*(?:regards|wishes)?|regards|yours?"
    r"(?: (?:sincerely|faithfully|truly))?|sincerely(?: yours)?|cheers|thanks(?: (?:a lot|again|in advance"
    r"|so much|much))?"
    r"|thank you|thx|all the best|take care|respectfully|cordially|love|later|ciao|bye|tia"
    r"|met (?:vriendelijke|hartelijke|beste) groet(?:en)?|vriendelijke groet(?:en)?|hartelijke groet(?:en)?"
    r"|groet(?:en|jes)?"
    r"|mvg|m\.v\.g|hoogachtend|bedankt|dank je|dank u"
    r"|mit freundlichen grüßen|mit freundlichem gruß|mfg|(?:viele|beste|liebe|herzliche) grü(?:ß|ss)e|gruß"
    r"|hochachtungsvoll"
    r"|(?:bien )?cordialement|(?:meilleures )?salutations|amicalement|bonne journée"
    r"|(?:un )?saludos?|atentamente|(?:muchas )?gracias|un abrazo|cordiali saluti|distinti saluti|grazie|saluti"
    r"|atenciosamente|abraços?|obrigad[oa]|(?:med )?(?:vänliga |bästa |venlig(?:e)? "
    r"|vennlig )?(?:hälsning(?:ar)?|hilsen)|mvh"
    r"|s pozdravem|pozdrawiam|z poważaniem|terveisin|с уважением))[ ,.!:;-]*$",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"https?://|\bwww\.|\S@\S|\bICQ\b|(?:\+|\b)\d[\d ()/.-]{7,}\d|\b(?:tel|fax|phone|mobile)\b", re.IGNORECASE
)
LIST_FOOT = re.compile(
    r"mailing[ -]list|unsubscri|listinfo|list (?:archives?|maintainer|info)|to subscribe|sponsored by"
    r"|this (?:sf|list)\b"
    r"|yahoo! ?(?:groups|shopping)|do you yahoo|hotmail|msn (?:photos|messenger|8)|free e-?mail|majordomo"
    r"|afmeld|uitschrijv"
    r"|abmelden|abbestell|désabonn|désinscri|darse de baja|cancellar|avregistr|scanned (?:by|for)|checked by"
    r"|virus[- ]free"
    r"|outgoing mail is|google groups|sent through|opt[- ]?out|removed? from (?:this|our|the) (?:mailing )?list",
    re.IGNORECASE,
)
LEGAL_OPENING = re.compile(
    r"^\W{0,4}(?:this (?:e-?mail|message|communication|transmission|electronic)|the (?:information|contents?"
    r"|materials?)"
    r"(?: contained| transmitted)? (?:in|of|is|by)|confidential(?:ity)?\b|disclaimer|important notice|notice:"
    r"|legal notice"
    r"|if you (?:are not|have received)|privileged|any views or opinions|dit (?:e-?mail)?bericht|de informatie"
    r"|aan dit bericht"
    r"|diese (?:e-?mail|nachricht)|der inhalt dieser|ce (?:message|courriel|mail)|l.information contenue"
    r"|este (?:mensaje"
    r"|correo|e-?mail)|la información contenida|questo messaggio|le informazioni contenute|esta mensagem"
    r"|detta meddelande"
    r"|det(?:te|ta) (?:e-?mail|e-?post))",
    re.IGNORECASE,
)
LEGAL = re.compile(
    r"confidential|privileged|intended (?:only|solely|for)|addressee|intended recipient"
    r"|received this (?:\S+ ){1,4}in error"
    r"|disclos|unauthori[sz]ed|liabilit|strictly prohibited|do not necessarily|vertrouwelijk|geadresseerde"
    r"|uitsluitend bestemd"
    r"|aansprakelijk|vertraulich|empfänger|irrtümlich|confidentiel|destinataire|confidencial|destinatario"
    r"|riservat|konfidenti",
    re.IGNORECASE,
)
