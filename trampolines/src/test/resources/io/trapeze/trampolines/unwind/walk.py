# SPDX-License-Identifier: Apache-2.0
#
# Steps through a primitive in gdb, and prints the stack as gdb sees it at each instruction: the offset, then each frame with its
# name and registers. TRAPEZE_PRIMITIVE is the scenario of driver.c.

import os
import gdb

GENERAL = "rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15".split()
scenario = os.environ["TRAPEZE_PRIMITIVE"]
primitive = scenario.split("-")[0]


def address(symbol):
    return int(gdb.parse_and_eval("(long)&%s" % symbol))


def register(name, frame):
    return int(frame.read_register(name)) & 0xFFFFFFFFFFFFFFFF


def vector7(frame):
    """The low half of xmm7; where there are ymm registers, gdb takes rules for xmm as rules for those."""
    try:
        return int(frame.read_register("ymm7")["v4_int64"][0]) & 0xFFFFFFFFFFFFFFFF
    except ValueError:
        return int(frame.read_register("xmm7")["v2_int64"][0]) & 0xFFFFFFFFFFFFFFFF


def stack(label):
    frame = gdb.newest_frame()
    line = label
    while frame is not None:
        line += " | %s rip=%x rsp=%x" % (frame.name(), register("rip", frame), register("rsp", frame))
        for name in GENERAL:
            value = frame.read_register(name)
            if not value.is_optimized_out:
                line += " %s=%x" % (name, int(value) & 0xFFFFFFFFFFFFFFFF)
        line += " xmm7=%x" % vector7(frame)
        reason = frame.unwind_stop_reason()
        if frame.name() == "main":
            break
        frame = frame.older()
        if frame is None:
            line += " | stopped: " + gdb.frame_stop_reason_string(reason)
    print(line)


def pc():
    return register("rip", gdb.newest_frame())


def instruction():
    return gdb.selected_frame().architecture().disassemble(pc())[0]


def run_to(place):
    gdb.Breakpoint("*%d" % place, temporary=True)
    gdb.execute("set $eflags = $eflags & ~0x100")
    gdb.execute("continue", to_string=True)


def step_over(what):
    gdb.execute("stepi", to_string=True)
    if what["asm"].startswith("pushf"):  # it pushed the trap flag that the step needed
        flags = int.from_bytes(gdb.selected_inferior().read_memory(register("rsp", gdb.newest_frame()), 8), "little")
        gdb.selected_inferior().write_memory(
            register("rsp", gdb.newest_frame()), (flags & ~0x100).to_bytes(8, "little"))


def walk():
    """Steps to the end of the primitive; what it calls is looked at once, in the function `look`, and then run through."""
    start, end = address(primitive), address(primitive + "_end")
    while start <= pc() < end:
        stack("%x" % (pc() - start))
        what = instruction()
        if what["asm"].startswith("ud2"):
            return
        step_over(what)
        if what["asm"].startswith("call"):
            run_to(address("look"))
            stack("callee")
            if scenario == "mcall":
                return
            run_to(what["addr"] + what["length"])


def interrupt():
    """What the handler of a preemption signal does."""
    stack("interrupted")
    rsp = register("rsp", gdb.newest_frame()) - 128 - 8
    gdb.selected_inferior().write_memory(rsp, pc().to_bytes(8, "little"))
    gdb.execute("set $rsp = %d" % rsp)
    gdb.execute("set $rip = %d" % address("async_preempt"))


for setting in ("pagination off", "confirm off", "width 0", "startup-with-shell off", "debuginfod enabled off"):
    gdb.execute("set " + setting)
first = "victim" if primitive == "async_preempt" else primitive
gdb.execute("break *%s" % ("(char *)&" + first))
gdb.execute("run %s" % scenario, to_string=True)
gdb.execute("delete")
if primitive == "async_preempt":
    start, end = address("victim"), address("victim_end")
    while start <= pc() < end:
        interrupt()
        walk()
        step_over(instruction())
else:
    walk()
gdb.execute("kill")
