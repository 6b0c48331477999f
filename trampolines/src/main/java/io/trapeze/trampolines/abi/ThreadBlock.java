// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Segment;
import java.util.List;

/**
 * The fields of a thread's control block that name the bounds of its stack, and so must change with the stack.
 *
 * @param segment the segment whose base is the block
 * @param fields the fields to swap, in the order in which they are written
 */
public record ThreadBlock(Segment segment, List<Field> fields) {
    /**
     * One 8-byte field.
     *
     * @param name its documented name
     * @param offset bytes from the block's start
     */
    public record Field(String name, int offset) {}

    /**
     * The Windows thread environment block: the exception dispatcher refuses frames outside StackLimit … StackBase, stack
     * probes and overflow handling use DeallocationStack and GuaranteedStackBytes.
     */
    public static final ThreadBlock TEB = new ThreadBlock(
            Segment.GS,
            List.of(
                    new Field("StackBase", 0x08),
                    new Field("StackLimit", 0x10),
                    new Field("DeallocationStack", 0x1478),
                    new Field("GuaranteedStackBytes", 0x1748)));

    /** Copies the list. */
    public ThreadBlock {
        fields = List.copyOf(fields);
    }

    /** Returns the memory operand of a field. */
    public Mem.Qword operand(Field field) {
        return Mem.qword(Address.absolute(field.offset()).in(segment));
    }
}
