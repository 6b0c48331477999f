// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Skips a property, and says why, on a machine that lacks one of the programs named. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@AddLifecycleHook(NeedsTools.Hook.class)
@interface NeedsTools {
    String[] value();

    /** Looks for the programs. */
    final class Hook implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            List<String> missing = context.findAnnotation(NeedsTools.class).stream()
                    .flatMap(needs -> Stream.of(needs.value()))
                    .filter(name -> !new Tool(name).present())
                    .toList();
            return missing.isEmpty()
                    ? SkipResult.doNotSkip()
                    : SkipResult.skip(missing + " not on this machine's PATH");
        }
    }
}
