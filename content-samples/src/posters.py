"""The posters. Each function draws one picture; POSTERS says which file it becomes."""
from art import *

GOLD, GOLD2 = "#FFD86B", "#F2A91E"


def footer_l(c, bg="#071C47", line=GOLD2, note="来电就接  听劝不转账"):
    y = 918
    c.add(rect(0, y, 1920, 162, bg), rect(0, y, 1920, 7, line))
    c.add(circ(150, y + 84, 54, line), handset(150, y + 92, 0.42, bg, rot=-38))
    c.text(232, y + 74, "反诈专线", 48, "#fff")
    c.text(232, y + 132, "来电请接听", 41, "#C9D8F2")
    c.text(470, y + 131, "96110", 132, GOLD, heavy=.02)
    c.add(rect(914, y + 38, 3, 92, "#fff", opacity=.35))
    c.text(962, y + 72, "被骗请立即报警", 44, "#C9D8F2")
    c.text(962, y + 134, "110", 68, "#fff", heavy=.02)
    c.text(1094, y + 130, "越快越好", 44, "#fff")
    c.add(rect(1318, y + 38, 3, 92, "#fff", opacity=.35))
    c.text(1366, y + 72, "安装国家反诈中心App", 46, "#fff")
    c.text(1366, y + 130, note, 44, "#C9D8F2")


def footer_p(c, bg="#071C47", line=GOLD2, note="来电请接听"):
    y = 1648
    c.add(rect(0, y, 1080, 272, bg), rect(0, y, 1080, 8, line))
    c.add(circ(132, y + 108, 62, line), handset(132, y + 117, 0.48, bg, rot=-38))
    c.text(222, y + 92, "反诈专线", 54, "#fff")
    c.text(222, y + 154, note, 46, "#C9D8F2")
    c.text(500, y + 156, "96110", 160, GOLD, heavy=.02)
    c.add(rect(64, y + 186, 952, 2, "#fff", opacity=.3))
    c.text(540, y + 240, "被骗立即拨打110   安装国家反诈中心App", 43, "#fff", "middle")


def bullets(c, x, y, step, items, size, fill, badge=cross_badge, bfill="#E5322D", r=None):
    r = r or size * .5
    for i, s in enumerate(items):
        yy = y + i * step
        c.add(badge(x + r, yy - size * .36, r, bfill))
        c.text(x + r * 2 + size * .45, yy, s, size, fill)


# 1 -- the hotline, landscape and portrait
def _hotline_art(c, cx, cy, s, both=False):
    c.add(waves(cx + 150*s, cy - 40*s, 150*s, 3, 52*s, GOLD, 15*s, -44, 44))
    if both:
        c.add(f'<g transform="translate({2*(cx-150*s)} 0) scale(-1 1)">' + waves(cx - 150*s, cy - 40*s, 150*s, 3, 52*s, GOLD, 15*s, -44, 44) + "</g>")
    c.add(shield(cx - 240*s, cy - 300*s, 2.4*s, "#2C7BEA", "#1553B8", GOLD, mark=""))
    c.add(phone(cx - 105*s, cy - 200*s, 210*s, 400*s, "#EAF2FF"))
    c.add(circ(cx, cy - 62*s, 66*s, "#18B26B"), handset(cx, cy - 54*s, .52*s, "#fff", rot=-38))
    c.add(circ(cx - 50*s, cy + 120*s, 30*s, "#E5322D"), circ(cx + 50*s, cy + 120*s, 30*s, "#18B26B"),
          handset(cx - 50*s, cy + 124*s, .22*s, "#fff", rot=97), handset(cx + 50*s, cy + 124*s, .22*s, "#fff", rot=-38))


def hotline_l():
    c = Canvas(1920, 1080)
    c.add(rect(0, 0, 1920, 1080, c.grad([(0, "#0A2C78"), (.6, "#0D46A8"), (1, "#1566D6")], 0, 0, 1, 1)))
    c.add(rays(1460, 470, 1700, 26, "#fff", .05), dots(0, 0, 900, 300, 34, 3, "#fff", .10))
    c.add(city(0, 918, 1920, 260, "#062257", 7, .55, "#FFD86B"))
    _hotline_art(c, 1450, 470, 1.20)
    c.text(110, 196, "反电信网络诈骗预警劝阻专线", 64, "#DCE9FF")
    c.text(96, 496, "96110", 346, GOLD, heavy=.025, outline="#06215A", ow=12)
    c.text(104, 664, "来电 请立即接听", 124, "#fff", heavy=.02)
    c.add(rect(104, 714, 860, 172, "#06215A", 20, opacity=.88), rect(104, 714, 12, 172, GOLD, 6))
    c.text(148, 786, "您或家人可能正在遭遇诈骗，", 60, "#fff")
    c.text(148, 860, "听清提醒，先别转账。", 60, GOLD)
    footer_l(c, "#05193F")
    return c


def hotline_p():
    c = Canvas(1080, 1920)
    c.add(rect(0, 0, 1080, 1920, c.grad([(0, "#0A2C78"), (.6, "#0D46A8"), (1, "#1566D6")], 0, 0, .4, 1)))
    c.add(rays(540, 1010, 1700, 26, "#fff", .05), dots(0, 0, 1080, 300, 34, 3, "#fff", .10))
    c.add(city(0, 1648, 1080, 260, "#062257", 7, .55, "#FFD86B"))
    c.text(540, 178, "反电信网络诈骗预警劝阻专线", 66, "#DCE9FF", "middle")
    c.text(540, 470, "96110", 318, GOLD, "middle", heavy=.025, outline="#06215A", ow=12)
    c.text(540, 630, "来电 请立即接听", 118, "#fff", "middle", heavy=.02)
    _hotline_art(c, 540, 1040, 1.18, True)
    c.add(rect(90, 1418, 900, 170, "#06215A", 22, opacity=.82))
    c.text(540, 1490, "您或家人可能正在遭遇诈骗，", 56, "#fff", "middle")
    c.text(540, 1560, "听清提醒，先别转账。", 56, GOLD, "middle")
    footer_p(c, "#05193F")
    return c


# 2 -- fake orders
def shuadan():
    c = Canvas(1920, 1080)
    c.add(rect(0, 0, 1920, 1080, c.grad([(0, "#B3121D"), (.6, "#D9232B"), (1, "#8E0B18")], 0, 0, 1, 1)))
    c.add(rays(1400, 380, 1700, 30, "#fff", .05))
    c.add(ell(1400, 900, 560, 120, "#5F0710", .5))
    c.add(phone(1180, 190, 400, 660, "#FFF4E0"))
    c.add(rect(1198, 208, 364, 96, "#E5322D", 30), rect(1198, 270, 364, 40, "#E5322D"))
    c.text(1380, 284, "今日任务", 52, "#fff", "middle")
    c.add(bubble(1216, 336, 300, 84, "#fff", r=20, tail=0), bubble(1216, 440, 330, 84, "#fff", r=20, tail=0))
    c.text(1236, 394, "点赞返5元", 46, "#333")
    c.text(1236, 498, "垫付返500元", 46, "#C21A22")
    c.add(rect(1216, 722, 328, 92, "#9AA3AF", 24))
    c.text(1380, 788, "提现失败", 58, "#fff", "middle")
    c.add(path("M1694,0 L1694,330", stroke="#E8ECF2", sw=6))
    c.add(hook(1694, 330, 1.25))
    c.add(banknote(1590, 600, 330, 150, "#1E9E63", "#8BE0B4", rot=-12), coin(1720, 700, 54), coin(1660, 806, 62), coin(1782, 814, 44))
    c.text(96, 300, "刷单返利", 232, "#fff", heavy=.03, shadow="#6E0610")
    c.text(96, 548, "一单都别做", 196, GOLD, heavy=.03, shadow="#6E0610")
    steps = [("小钱", "先给甜头"), ("加码", "越垫越多"), ("封号", "分文不退")]
    for i, (a, b) in enumerate(steps):
        x = 100 + i * 346
        c.add(rect(x, 644, 318, 196, "#fff", 20), rect(x, 644, 318, 98, "#7E0A14", 20), rect(x, 714, 318, 28, "#7E0A14"))
        c.text(x + 159, 717, a, 62, GOLD, "middle")
        c.text(x + 159, 812, b, 62, "#8E0B18", "middle")
        if i < 2:
            c.add(path(f"M{x+324},734 l16,16 l-16,16", stroke=GOLD, sw=10))
    footer_l(c, "#4A050D", note="先付款的兼职 就是诈骗")
    return c


# 3 -- fake police
def police():
    c = Canvas(1920, 1080)
    c.add(rect(0, 0, 1920, 1080, c.grad([(0, "#0B1F45"), (1, "#16386F")], 0, 0, 1, 1)))
    c.add(dots(1040, 60, 860, 820, 40, 3, "#7FB0FF", .16))
    c.add(rect(96, 86, 640, 790, "#0A1020", 64), rect(96, 86, 640, 790, "none", 64, "#3D5683", 6))
    left = c.clip(path("M120,110 L416,110 L436,250 L400,380 L434,520 L398,660 L430,760 L416,852 L120,852Z", "#000"))
    whole = c.clip(rect(120, 110, 592, 742, "#000", 44))
    c.add(f'<g clip-path="{whole}">', rect(116, 110, 600, 742, "#4A1620"), g(116, 190, 3.0, crook("#22252E")),
          f'<g clip-path="{left}">', rect(116, 110, 330, 742, "#9DBDE8"), g(116, 190, 3.0, uniform()), "</g></g>")
    c.add(path("M416,110 L436,250 L400,380 L434,520 L398,660 L430,760 L416,852", stroke=GOLD, sw=10))
    c.add(path("M120,736 h592 v72 a44,44 0 0 1 -44,44 h-504 a44,44 0 0 1 -44,-44Z", "#0A1020", opacity=.86), circ(316, 796, 42, "#E5322D"), handset(316, 801, .30, "#fff", rot=97), circ(516, 796, 42, "#5E6B82"),
          path("M498,776 h36 v40 h-36Z M538,790 l18,-12 v36 l-18,-12Z", "#fff"))
    c.add(rect(150, 140, 210, 66, "#E5322D", 33))
    c.text(255, 191, "视频办案", 46, "#fff", "middle")
    c.text(812, 226, "“警察”打来视频", 124, "#fff", heavy=.02)
    c.text(812, 412, "一谈钱就是骗", 156, GOLD, heavy=.03, shadow="#050D20")
    c.add(rect(812, 466, 960, 8, "#E5322D", 4))
    items = ["公检法没有“安全账户”", "警方不会在网上发逮捕证", "叫你保密、转账，马上挂断"]
    bullets(c, 816, 586, 112, items, 70, "#fff", r=36)
    footer_l(c, "#060F26", "#E5322D", note="拿不准 先打110核实")
    return c


# 4 -- two cards
def liangka():
    c = Canvas(1080, 1920)
    c.add(rect(0, 0, 1080, 1920, c.grad([(0, "#06382F"), (.55, "#0B5B4A"), (1, "#0A3F38")])))
    c.add(rays(540, 860, 1500, 28, "#fff", .045))
    c.text(540, 190, "电话卡  银行卡", 108, "#E9FFF6", "middle", heavy=.015)
    for i, s in enumerate(["不租", "不借", "不卖"]):
        x = 62 + i * 325
        c.add(rect(x, 250, 306, 240, GOLD, 26), rect(x + 8, 258, 290, 224, "none", 20, "#0A3F38", 4))
        c.text(x + 153, 414, s, 128, "#06382F", "middle", heavy=.03)
    c.add(ell(540, 990, 420, 60, "#03211B", .6))
    c.add(card(420, 760, 520, "#2B6CC4", -12), sim(770, 800, 260, "#F3F5F8", 12))
    c.add(g(540, 960, 1.5, cuffs(0, 0, 1)))
    c.add(cross_badge(880, 600, 66))
    c.add(rect(64, 1110, 952, 456, "#03241D", 26), rect(64, 1110, 14, 456, GOLD, 7))
    c.text(112, 1186, "《反电信网络诈骗法》摘要", 56, GOLD)
    for i, s in enumerate(["第三十一条 任何单位和个人", "不得非法买卖、出租、出借", "电话卡、银行账户、支付账户等。", "第四十四条 违者没收违法所得、", "罚款，情节严重的并处拘留。"]):
        c.text(112, 1264 + i * 66, s, 54, "#F0FFF9" if i != 0 and i != 3 else "#F0FFF9")
    footer_p(c, "#02201A")
    return c


# 5 -- the elderly
def elderly():
    c = Canvas(1080, 1920)
    c.add(rect(0, 0, 1080, 1920, c.grad([(0, "#FFF3D6"), (.6, "#FFE0A8"), (1, "#FFC978")])))
    c.add(rays(540, 840, 1500, 30, "#F08A1D", .10))
    c.add(rect(0, 0, 1080, 500, "#C4241F"), path("M0,498 Q540,590 1080,498 L1080,480 L0,480Z", "#C4241F"))
    c.text(540, 210, "免费的鸡蛋", 150, "#fff", "middle", heavy=.025)
    c.text(562, 404, "天价的“神药”", 138, "#FFE08A", "middle", heavy=.025, outline="#8E1512", ow=6)
    c.add(ell(540, 1080, 470, 60, "#C77F22", .35))
    c.add(g(70, 640, 1.72, grandpa(look="worry", mouth="flat")), g(390, 660, 1.66, granny(look="shock", mouth="o")))
    c.add(pill_bottle(836, 784, 1.62, "#D97B29"), eggs(664, 958, .98))
    c.add(warn(848, 600, .82))
    c.add(rect(0, 1092, 1080, 556, "#7E1512"))
    bullets(c, 76, 1196, 104, ["免费体检送礼，当场卖药", "“神药”“特供”，包治百病", "高息“养老投资”，先交会费"], 64, "#fff", r=34)
    c.add(rect(64, 1452, 952, 156, "#FFE08A", 24))
    c.text(540, 1522, "先问儿女，再问医院和社区；", 60, "#7E1512", "middle")
    c.text(540, 1588, "拿不准，打96110。", 60, "#7E1512", "middle")
    footer_p(c, "#4B0A08")
    return c


# 6 -- shared screen
def share():
    c = Canvas(1920, 1080)
    c.add(rect(0, 0, 1920, 1080, c.grad([(0, "#2A1464"), (.55, "#4322A0"), (1, "#1D2F9A")], 0, 0, 1, 1)))
    c.add(rays(420, 470, 1500, 24, "#fff", .05), dots(1000, 40, 900, 240, 36, 3, "#fff", .12))
    c.add(phone(170, 90, 440, 770, "#F4F1FF"))
    c.add(rect(192, 112, 396, 90, "#4322A0", 30), rect(192, 170, 396, 34, "#4322A0"))
    c.text(390, 184, "正在共享屏幕", 46, "#fff", "middle")
    c.add(rect(222, 240, 336, 200, "#2B6CC4", 22), card(390, 340, 280, "#194E9A"))
    c.add(rect(222, 470, 336, 128, "#fff", 18))
    c.text(244, 524, "短信验证码", 42, "#5A5F73")
    c.text(244, 586, "8 3 * * * *", 54, "#C21A22")
    c.add(rect(222, 626, 336, 128, "#fff", 18))
    c.text(244, 680, "支付密码", 42, "#5A5F73")
    for i in range(6):
        c.add(circ(262 + i * 52, 720, 15, "#C21A22"))
    c.add(path("M820,560 L590,280 L590,760Z", "#FFE08A", opacity=.20))
    c.add(g(760, 560, 1.0, circ(0, 0, 128, "#FFE08A"), eye(0, 0, .86)))
    c.text(950, 250, "开一次屏幕共享", 130, "#fff", heavy=.02)
    c.text(950, 424, "等于交出密码", 148, GOLD, heavy=.03, shadow="#150A3A")
    c.add(rect(954, 474, 840, 8, "#FF5A6E", 4))
    bullets(c, 954, 586, 108, ["“客服”“警察”让你开，挂断", "陌生会议软件，不装", "已经共享，断网、报警、改密"], 60, "#fff", r=34, bfill="#E8364F")
    footer_l(c, "#140A3C", "#FF5A6E", note="验证码 谁要都不给")
    return c


# 7 -- pupils and students
def students():
    c = Canvas(1080, 1920)
    c.add(rect(0, 0, 1080, 1920, c.grad([(0, "#0AA3B5"), (.6, "#0B7FB0"), (1, "#0B4F95")])))
    c.add(dots(0, 0, 1080, 1640, 60, 4, "#fff", .14))
    c.add(circ(540, 860, 380, "#fff", opacity=.12), circ(540, 860, 290, "#fff", opacity=.14))
    c.text(540, 220, "免费皮肤 低价装备", 112, "#fff", "middle", heavy=.02)
    c.text(540, 430, "都是钓你的饵", 164, "#FFE35A", "middle", heavy=.03, outline="#07406F", ow=8)
    c.add(ell(540, 1108, 360, 46, "#06335F", .4))
    c.add(g(300, 668, 1.84, youth(look="shock", mouth="o")))
    c.add(g(250, 1020, 1.35, gamepad(0, 0, 1, "#7B5BF0"), rot=-10))
    c.add(path("M870,500 L870,640", stroke="#EAF4FF", sw=6), hook(870, 640, 1.0), g(690, 770, .78, gift(0, 0, 1, "#E8364F")))
    c.add(rect(64, 1146, 952, 430, "#fff", 28))
    bullets(c, 104, 1246, 96, ["不扫陌生群里的码", "不用父母手机转账", "不绕开平台买卖账号", "遇事先告诉家长老师"], 64, "#0B4F95", tick_badge, "#12A06A", r=34)
    footer_p(c, "#062F5E", "#FFE35A")
    return c


# 8 -- dating and investment
def dating():
    c = Canvas(1920, 1080)
    c.add(rect(0, 0, 1920, 1080, c.grad([(0, "#4A0D3A"), (.5, "#8E1550"), (1, "#C22357")], 0, 0, 1, 1)))
    c.add(rays(1420, 460, 1600, 26, "#fff", .045))
    for x, y, s in ((1130, 130, .5), (1770, 210, .7), (1730, 560, .4)):
        c.add(heart(x, y, s, "#FF7FA0").replace("<g ", '<g opacity=".45" '))
    c.add(phone(1200, 90, 420, 780, "#FFF1F5"))
    c.add(rect(1222, 112, 376, 92, "#E8476F", 30), rect(1222, 172, 376, 34, "#E8476F"))
    c.text(1410, 182, "网上的“他”", 50, "#fff", "middle")
    c.add(circ(1410, 330, 92, "#FFD9E3"))
    k = c.clip(circ(1410, 330, 92, "#000"))
    c.add(f'<g clip-path="{k}">', g(1320, 246, .90, man("#2C3A5A", look="smile")), "</g>")
    c.add(bubble(1250, 448, 320, 88, "#fff", r=22, tail=0))
    c.text(1274, 508, "跟我投 稳赚", 52, "#8E1550")
    c.add(rect(1250, 560, 320, 260, "#20132A", 18), chart(1270, 580, 280, 210))
    c.add(crookpeek(1590, 618))
    c.text(96, 286, "没见过面的恋人", 138, "#fff", heavy=.02)
    c.text(96, 474, "带你投资就是骗", 150, GOLD, heavy=.03, shadow="#2D0722")
    c.add(rect(100, 526, 900, 8, "#FF7FA0", 4))
    bullets(c, 100, 636, 108, ["“内幕消息”“稳赚不赔”，不信", "陌生投资软件，不装", "提现还要先交钱，立即报警"], 62, "#fff", r=34, bfill="#E8364F")
    footer_l(c, "#2B0620", "#FF7FA0", note="动心可以 动钱不行")
    return c


def crookpeek(x, y):
    return g(x, y, 1.15, crook("#1A1420"))


# 9 -- three noes and one more check
def sanbu():
    c = Canvas(1920, 1080)
    c.add(rect(0, 0, 1920, 1080, c.grad([(0, "#F7FAFF"), (1, "#DCE8FA")])))
    c.add(rect(0, 0, 1920, 330, c.grad([(0, "#B5121B"), (1, "#D92A2A")], 0, 0, 1, 0)), rect(0, 330, 1920, 10, GOLD2))
    c.add(rays(1700, 150, 600, 20, "#fff", .06))
    c.add(shield(1630, 40, 1.05, "#1F6FE0", "#0E3F96"))
    c.text(96, 178, "防诈骗 记住“三不一多”", 128, "#fff", heavy=.02)
    c.text(100, 276, "《反电信网络诈骗法》自2022年12月1日起施行", 56, "#FFE9B8")
    cards = [("未知链接", "不点击", "#0D57B8"), ("陌生来电", "不轻信", "#0D57B8"), ("个人信息", "不透露", "#0D57B8"), ("转账汇款", "多核实", "#C41E22")]
    for i, (a, b, col) in enumerate(cards):
        x = 84 + i * 446
        c.add(rect(x + 6, 396, 414, 474, "#0A2C63", 28, opacity=.14), rect(x, 386, 414, 474, "#fff", 28), rect(x, 386, 414, 200, col, 28), rect(x, 540, 414, 46, col))
        cx, cy = x + 207, 486
        if i == 0:
            c.add(link_icon(cx, cy, .82))
        elif i == 1:
            c.add(handset(cx - 20, cy + 6, .72, "#fff", rot=-38), waves(cx + 8, cy - 6, 52, 2, 28, "#fff", 10, -60, 20))
        elif i == 2:
            c.add(idcard(cx, cy, .98))
        else:
            c.add(transfer_icon(cx, cy, 1.15))
        c.text(cx, 694, a, 80, "#23324D", "middle")
        c.text(cx, 812, b, 108, col, "middle", heavy=.02)
    footer_l(c, "#0A2A66", note="多问一句 少一份风险")
    return c


# 10 -- warning message
def sms():
    c = Canvas(1080, 1920)
    c.add(rect(0, 0, 1080, 1920, c.grad([(0, "#0A1B33"), (.6, "#123F73"), (1, "#0B2B55")])))
    c.add(rays(540, 900, 1500, 26, "#5FB4FF", .07))
    c.text(540, 190, "收到这条短信", 112, "#fff", "middle", heavy=.02)
    c.text(540, 440, "12381", 262, "#FFD86B", "middle", heavy=.03, outline="#071428", ow=8)
    c.add(phone(200, 520, 680, 780, "#EAF1FA"))
    c.add(rect(231, 551, 618, 110, "#DDE7F4", 50), rect(231, 610, 618, 56, "#DDE7F4"))
    c.text(540, 640, "短信", 56, "#23324D", "middle")
    c.add(bubble(262, 700, 556, 440, "#fff", r=30, tail=0))
    c.add(warn(290, 724, .52, "#F2A91E"))
    c.text(412, 800, "涉诈预警", 68, "#C41E22")
    for i, s in enumerate(["您可能正在与诈骗", "分子联系，请停止", "转账，注意核实。"]):
        c.text(292, 898 + i * 80, s, 62, "#23324D")
    c.text(540, 1232, "样式示意", 44, "#6A7890", "middle")
    c.add(rect(64, 1340, 952, 250, "#06172E", 28), rect(64, 1340, 14, 250, "#FFD86B", 7))
    c.text(112, 1414, "这是反诈预警短信。", 64, "#FFD86B")
    c.text(112, 1492, "马上停手，不点陌生链接，", 64, "#fff")
    c.text(112, 1570, "拿不准，打96110问清楚。", 64, "#fff")
    footer_p(c, "#050F20")
    return c


POSTERS = {  # id: [(file, format, drawing)]
    "poster-96110": [("posters/96110-landscape.png", hotline_l), ("posters/96110-portrait.png", hotline_p)],
    "poster-shuadan": [("posters/shuadan.jpg", shuadan)],
    "poster-fake-police": [("posters/fake-police.webp", police)],
    "poster-two-cards": [("posters/two-cards.jpg", liangka)],
    "poster-elderly": [("posters/elderly.webp", elderly)],
    "poster-screen-share": [("posters/screen-share.png", share)],
    "poster-students": [("posters/students.png", students)],
    "poster-dating": [("posters/dating.jpg", dating)],
    "poster-three-noes": [("posters/three-noes.png", sanbu)],
    "poster-12381": [("posters/12381.webp", sms)],
}
