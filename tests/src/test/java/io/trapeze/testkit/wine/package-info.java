// SPDX-License-Identifier: Apache-2.0
/** Win64 code in a Windows process: one that Wine runs, with memory that the tests share. */
package io.trapeze.testkit.wine;
