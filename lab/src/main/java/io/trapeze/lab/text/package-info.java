// SPDX-License-Identifier: Apache-2.0
/** Assembler files that run as goroutines: what they can call, and the child process that runs them. */
package io.trapeze.lab.text;
