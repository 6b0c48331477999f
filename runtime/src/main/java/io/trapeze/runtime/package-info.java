// SPDX-License-Identifier: Apache-2.0
/** The host: operating system calls, code arena, stacks, function pointers, scheduler, preemption. */
package io.trapeze.runtime;
