// SPDX-License-Identifier: Apache-2.0
/**
 * Looks at a machine and tells what Trapeze can do on it, and why not where it can't.
 *
 * <p>An {@link io.trapeze.lab.doctor.Exam} looks at one area, a {@link io.trapeze.lab.doctor.Checkup} holds them all, and
 * a {@link io.trapeze.lab.doctor.Diagnosis} is what came of it.
 */
package io.trapeze.lab.doctor;
