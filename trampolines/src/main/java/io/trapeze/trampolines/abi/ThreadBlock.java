// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.THREAD_SEGMENT;
import static io.trapeze.trampolines.abi.AbiField.THREAD_STACK_BOUNDS;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Segment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The fields of a thread's control block that name the bounds of its stack, and so must change with the stack.
 *
 * @param segment the segment whose base is the block
 * @param fields the fields to swap, in the order in which they are written
 */
public record ThreadBlock(Segment segment, List<Field> fields) {
    /**
     * One field, read and written as 8 bytes.
     *
     * @param name its documented name
     * @param offset bytes from the block's start, a multiple of 8
     */
    public record Field(String name, int offset) {
        /** Checks the offset. */
        public Field {
            if (offset < 0 || offset % 8 != 0) {
                throw new AbiException(
                        THREAD_STACK_BOUNDS, name + " at offset " + offset + ": must be a multiple of 8, not negative");
            }
        }
    }

    /**
     * The Windows thread environment block: the exception dispatcher refuses frames outside StackLimit … StackBase, stack
     * probes and overflow handling use DeallocationStack and GuaranteedStackBytes.
     *
     * <p>GuaranteedStackBytes is 4 bytes with 4 of padding behind it, which its slot carries along. Fiber data and the
     * activation-context stack stay the thread's own: goroutines are no fibers.
     */
    public static final ThreadBlock TEB = new ThreadBlock(
            Segment.GS,
            List.of(
                    new Field("StackBase", 0x08),
                    new Field("StackLimit", 0x10),
                    new Field("DeallocationStack", 0x1478),
                    new Field("GuaranteedStackBytes", 0x1748)));

    /** The two fields of the {@link #TEB} that the exception dispatcher checks, and no others. */
    public static final ThreadBlock TEB_LIMITS =
            new ThreadBlock(Segment.GS, TEB.fields().subList(0, 2));

    /**
     * Copies the list and checks it.
     *
     * @throws AbiException if the segment has no base, or two fields share an offset
     */
    public ThreadBlock {
        fields = List.copyOf(fields);
        if (segment == Segment.NONE) {
            throw new AbiException(THREAD_SEGMENT, "a thread block is found through fs or gs; name one of them");
        }
        if (fields.isEmpty()) {
            throw new AbiException(
                    THREAD_STACK_BOUNDS,
                    "there is a thread block, but no field of it; drop the block or name its fields");
        }
        Contradictions.distinct(
                THREAD_STACK_BOUNDS, fields.stream().map(Field::name).toList());
        Set<Integer> offsets = new HashSet<>();
        for (Field field : fields) {
            if (!offsets.add(field.offset())) {
                throw new AbiException(
                        THREAD_STACK_BOUNDS,
                        "two fields at offset " + field.offset() + ", the second is " + field.name()
                                + "; drop one of them");
            }
        }
    }

    /** Returns the memory operand of a field. */
    public Mem.Qword operand(Field field) {
        return Mem.qword(Address.absolute(field.offset()).in(segment));
    }
}
