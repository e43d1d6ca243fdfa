"""Words of the case bulletins and slogans, and the catalogue of all items.

make_texts.py writes bulletins/*.json, slogans/*.json and manifest.json from here.
"""
LAW = "中华人民共和国反电信网络诈骗法"
ADAPTED = "根据公开通报的同类典型案件改编，人物、金额等情节已作处理"
METHOD = "根据公开的反诈宣传资料整理"

A2 = ("第二条", "摘要：电信网络诈骗，是指以非法占有为目的，利用电信网络技术手段，通过远程、非接触等方式，诈骗公私财物的行为。")
A8_AGED = ("第八条", "摘要：教育行政、市场监管、民政等有关部门和村民委员会、居民委员会，应当加强对老年人、青少年等群体的宣传教育。")
A8_UNIT = ("第八条", "摘要：各单位应当加强内部防范电信网络诈骗工作，对工作人员开展防范电信网络诈骗教育。")
A20 = ("第二十条", "摘要：国务院公安部门会同有关部门建立完善电信网络诈骗涉案资金即时查询、紧急止付、快速冻结、及时解冻和资金返还制度。")
A31 = ("第三十一条", "摘要：任何单位和个人不得非法买卖、出租、出借电话卡、银行账户、支付账户、互联网账号等。")
A34 = ("第三十四条", "摘要：公安机关应当会同金融、电信、网信部门组织有关单位建立预警劝阻系统，对预警发现的潜在被害人，根据情况及时采取相应劝阻措施。")

# id, title, kind, exposes, audiences, laws, duration ms, how, signs, loss, advice, law article, source
BULLETINS = [
    ("refund-call", "“快递丢了给您理赔”，共享屏幕后钱没了", "fake_customer_service", "method", ["public", "women", "homemakers", "bank_customers"], 30000,
     ["骗子冒充网店或快递客服，准确说出您的购物信息，称商品有问题或快递丢失，主动提出“双倍赔付”。",
      "随后让您离开购物平台，下载会议软件并打开屏幕共享，或者填写所谓“理赔链接”。",
      "屏幕一共享，银行卡号、密码、短信验证码都被对方看到，账户余额随即被转走。"],
     ["主动来电退款、理赔", "要求离开官方平台联系", "要求下载软件、共享屏幕", "索要短信验证码"],
     None,
     ["退款理赔只在原购物平台的订单里办理", "不向任何人透露验证码，不与陌生人共享屏幕", "已经操作的，立即断网、拨打110，并联系银行冻结账户"], A2, METHOD),
    ("fake-police-call", "“您涉嫌洗钱”，退休教师险被视频“办案”骗走积蓄", "fake_police", "case", ["elderly", "public", "bank_customers"], 30000,
     ["退休教师李女士接到自称“某地公安局”的电话，称其名下银行卡涉嫌洗钱。对方用视频展示“警服”和“逮捕令”，要求她保密。",
      "对方让她独自到宾馆开房“配合调查”，并将存款转入“安全账户”接受“资金核查”。",
      "银行柜员发现李女士神色紧张、拒绝说明用途，随即报警。民警赶到现场耐心劝阻，保住了全部存款。"],
     ["在电话、视频里“办案”", "网上出示“逮捕令”", "要求保密、独处", "要求把钱转到“安全账户”"],
     "劝阻成功，未造成损失",
     ["公检法机关没有“安全账户”", "接到此类电话立即挂断，拨打110核实", "接到96110来电一定要接听"], A34, ADAPTED),
    ("fake-orders-case", "先返15元，再骗12.6万元：宝妈刷单步步入套", "fake_orders", "case", ["women", "homemakers", "job_seekers", "students"], 30000,
     ["王某在聊天群里看到“在家兼职、点赞就返钱”。她做了三单，每单都很快收到几元到十几元返利。",
      "“接待员”让她下载一款陌生软件做“联单任务”，先垫付500元，返回650元，随后垫付金额越来越大。",
      "垫付到数万元后，对方以“操作失误”“信用分不足”为由拒绝提现，要求继续充值“修复”，王某这才醒悟报警。"],
     ["先付款、后返利", "头几单返钱很快", "必须做完“联单”才能提现", "以“操作失误”为由要求再垫付"],
     "12.6万元",
     ["刷单就是诈骗，一单都别做", "要求垫资的网络兼职一律拒绝", "保留聊天和转账记录，立即拨打110"], A20, ADAPTED),
    ("fake-loan", "“无抵押、秒放款”，贷款没到先交钱", "fake_loan", "method", ["business_owners", "migrant_workers", "job_seekers"], 28000,
     ["骗子通过短信、电话、网页发布“无抵押、低利息、秒到账”的贷款广告，引导下载虚假贷款软件。",
      "填写资料后，软件显示“额度已批”，却称银行卡号填错、账户被冻结，放不了款。",
      "对方以“解冻费”“保证金”“刷流水”等名目要求先转账，交了一笔又来一笔。"],
     ["放款前先收费", "称“卡号填错、账户冻结”", "贷款软件不在正规应用商店"],
     None,
     ["正规贷款放款前不收任何费用", "需要贷款，到银行等正规金融机构办理", "已经转账的，立即拨打110"], A2, METHOD),
    ("two-cards-case", "出租一张银行卡，换来的是处罚", "two_cards", "case", ["students", "migrant_workers", "job_seekers", "public"], 28000,
     ["大学毕业不久的张某，看到“租银行卡，一天三百元”的广告，把自己的两张银行卡和手机卡交给他人使用。",
      "这些卡很快被用于转移诈骗资金。张某的银行账户被冻结，本人被公安机关依法查处。",
      "张某说：“我以为只是借张卡，没想到成了骗子的帮手。”"],
     ["高价收购、租用电话卡和银行卡", "要求提供卡、密码和手机号一套", "请人代取现金、“刷脸”转账"],
     "违法所得被依法没收，并被处以罚款",
     ["电话卡、银行卡、支付账户，不租、不借、不卖", "发现有人收卡，拨打110举报", "不用的卡及时注销"], A31, ADAPTED),
    ("dating-invest-case", "网恋两个月，跟着“恋人”投资损失43万元", "dating", "case", ["women", "investors", "public"], 30000,
     ["离异的陈女士在交友软件上认识自称“工程师”的男子，对方每天嘘寒问暖，很快确立恋爱关系，却总推脱见面。",
      "两个月后，对方称掌握“内幕消息”，带她在一个投资平台充值。前几次小额提现都成功，她便追加投入。",
      "当她想提出全部资金时，平台称要先交“个人所得税”“保证金”，随后客服和“恋人”都联系不上了。"],
     ["从未见面却很快谈情", "聊着聊着谈投资", "小额能提现，大额要先交费", "平台要从链接下载"],
     "43万元",
     ["没见过面的网上恋人谈钱，就是骗", "不下载来历不明的投资软件", "提现要先交钱，立即停手并拨打110"], A20, ADAPTED),
    ("health-products", "免费鸡蛋背后的“神药”课堂", "health_products", "method", ["elderly", "parents", "homemakers"], 28000,
     ["以免费体检、领鸡蛋、短途旅游为名，把老人请进“健康讲座”，用亲热的称呼拉近关系。",
      "“专家”夸大病情、制造恐慌，再推销号称“包治百病”的高价产品，并用“只剩十盒”催促付款。",
      "有的还打着“养老项目”“会员返利”的旗号，用高额回报诱骗老人交出积蓄。"],
     ["免费礼品加“专家讲座”", "宣称一种产品能治多种病", "催促当场付款、不让告诉子女"],
     None,
     ["有病去正规医院，保健食品不能代替药物", "花大钱前先和子女商量", "发现可疑，向社区、市场监管部门反映，或拨打110"], A8_AGED, METHOD),
    ("game-account", "低价卖皮肤、免费领装备，孩子拿家长手机转了钱", "game_account", "method", ["students", "parents", "school_staff"], 28000,
     ["骗子在游戏、短视频里发布“免费领皮肤”“低价卖账号”的消息，把未成年人拉进聊天群。",
      "对方称“未成年人操作导致账户冻结”，以“要抓你爸妈”相吓，让孩子用家长手机扫码、输入密码“解冻”。",
      "等家长发现时，手机里的钱已被分多笔转走。"],
     ["游戏平台以外的私下交易", "要求扫陌生二维码", "吓唬孩子不许告诉家长"],
     None,
     ["账号和装备只在官方平台交易", "家长保管好支付密码，不告诉孩子", "孩子遇到恐吓，先告诉家长和老师，再拨打110"], A8_AGED, METHOD),
    ("fake-leader", "“老板”拉群要转账，财务先当面核实", "fake_leader", "method", ["finance_staff", "business_owners", "civil_servants"], 28000,
     ["骗子盗用或仿冒单位负责人的头像和昵称，把财务人员拉进“工作群”，群里的“领导”“同事”都是假的。",
      "“领导”先询问公司账户余额，再称正在开会、谈合同，不便接电话，要求立即向指定账户付款。",
      "款项到账后很快被分散转移，等财务人员向真领导汇报时才发现受骗。"],
     ["新建的小群、新加的账号", "打听账户余额", "催得急，又不让打电话核实"],
     None,
     ["大额转账必须当面或者打原来的电话核实", "严格执行财务审批制度，不因“领导”催促破例", "发现被骗，第一时间拨打110，争取紧急止付"], A8_UNIT, METHOD),
]

# id, text, kind, audiences
SLOGANS = [
    ("slogan-96110", "96110来电，请立即接听！", "general", ["public"]),
    ("slogan-verify", "不轻信、不透露、不转账，遇事多核实！", "general", ["public"]),
    ("slogan-orders", "刷单就是诈骗，垫钱就是掉坑！", "fake_orders", ["public", "women", "students"]),
    ("slogan-police", "公检法没有“安全账户”，叫你转账就是骗！", "fake_police", ["public", "elderly"]),
    ("slogan-cards", "电话卡、银行卡，不租不借不卖！", "two_cards", ["public", "students", "migrant_workers"]),
    ("slogan-elder", "天上不会掉馅饼，养老钱要捂紧！", "elder_care", ["elderly"]),
    ("slogan-share", "陌生人让你共享屏幕，马上挂断！", "screen_sharing", ["public", "bank_customers"]),
]

# id, title, text, voice, speed, kind, audiences, ms (about as long as it takes to say)
SPOKEN = [
    ("spoken-broadcast", "早间广播：接到96110请接听", "乡亲们请注意：96110是反诈专线，接到来电请立即接听。凡是叫你转账、报验证码、共享屏幕的，都是诈骗。遇事先问家人，再打110。",
     "cmn-f", 150, "general", ["public", "elderly"], 20000),
]

ATFL, CRIM = "anti_telecom_fraud_law", "criminal_law"
# id, title, kinds, exposes, audiences, laws, duration ms (stills)
POSTER_FACTS = {
    "poster-96110": ("96110来电请立即接听", ["general"], "method", ["public"], [ATFL], 12000),
    "poster-shuadan": ("刷单返利，一单都别做", ["fake_orders", "part_time_job"], "method", ["public", "women", "students", "job_seekers"], [ATFL], 12000),
    "poster-fake-police": ("“警察”打来视频，一谈钱就是骗", ["fake_police"], "method", ["public", "elderly", "bank_customers"], [ATFL], 12000),
    "poster-two-cards": ("电话卡、银行卡，不租不借不卖", ["two_cards"], "method", ["students", "migrant_workers", "bank_customers"], [ATFL], 15000),
    "poster-elderly": ("免费的鸡蛋，天价的“神药”", ["health_products", "elder_care"], "method", ["elderly", "parents"], [ATFL], 15000),
    "poster-screen-share": ("开一次屏幕共享，等于交出密码", ["screen_sharing", "fake_customer_service"], "method", ["public", "bank_customers"], [ATFL], 12000),
    "poster-students": ("免费皮肤、低价装备，都是钓你的饵", ["game_account"], "method", ["students", "parents", "school_staff"], [ATFL], 12000),
    "poster-dating": ("没见过面的恋人带你投资就是骗", ["dating", "fake_investment"], "method", ["women", "investors", "public"], [ATFL], 12000),
    "poster-three-noes": ("防诈骗，记住“三不一多”", ["general", "phishing_link"], "method", ["public"], [ATFL], 12000),
    "poster-12381": ("收到12381涉诈预警短信怎么办", ["general", "phishing_link"], "method", ["public", "warned_before"], [ATFL], 12000),
}
FILM_FACTS = {
    "video-refund": ("“客服”主动退款的三个破绽", ["fake_customer_service", "screen_sharing"], "method", ["public", "women", "bank_customers"], [ATFL]),
    "video-fake-police": ("“公安局”视频来电，拉开布景看真相", ["fake_police"], "method", ["public", "elderly"], [ATFL]),
    "video-shuadan": ("手机兼职日入五百？刷单就是诈骗", ["fake_orders", "part_time_job"], "method", ["students", "job_seekers", "women"], [ATFL]),
    "video-health": ("免费领鸡蛋，小心天价“神药”", ["health_products", "elder_care"], "method", ["elderly", "parents"], [ATFL]),
    "video-dating": ("网上的“恋人”带你投资", ["dating", "fake_investment"], "method", ["women", "investors", "public"], [ATFL]),
}
